/** What a project says of itself. */
export interface StartingProject {
  /** Without a scope. */
  readonly name?: string;
  /** A version of Node.js, as recipes have it. */
  readonly node: string;
  /** What package.json says of Node.js, where `node` is no answer to that. */
  readonly unclear?: string;
  /** Absent when nobody knows how it is started. */
  readonly command?: readonly string[];
}

/** What `tare init` writes: a recipe that builds as it stands, named for its folder or the project in it. */
export function startingRecipe(folderName: string, project?: StartingProject): string {
  const name = imageName(project?.name ?? "") || imageName(folderName) || "image";
  return `# A recipe for tare: what goes into the image. \`tare explain\` tells what a build of it does.
name: ${name}
${project === undefined ? anyProgram : application(project)}
# Where the image goes. This file is for docker, podman and skopeo alike:
#   docker load -i ${name}.tar
to:
  - docker-archive:${name}.tar
`;
}

function imageName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

const anyProgram = `
packages:
  - from: debian
    suite: bookworm            # with its updates and security fixes
    include:                   # and whatever these need, nothing else
      - base-files             # /tmp, /etc/os-release, licences
      - base-passwd            # the usual users and groups
      - ca-certificates
      - openssl

# Files of your own: text, or files and folders beside this recipe.
files:
  - to: /etc/motd
    text: |
      Made by tare.
# - to: /srv
#   from: public
#   ignore: ["**/*.map"]

# The program does not run as root. Others: root, UID:GID, or a user made here.
accounts:
  run-as: nonroot

config:
  entrypoint: [/usr/bin/openssl]
  cmd: [version, -a]
# env: { PORT: "8080" }
# expose: [8080]
`;

function application({ node, unclear, command }: StartingProject): string {
  const asked =
    unclear === undefined ? "" : `   # package.json asks for: ${unclear.replace(/[^\x20-\x7e]/g, "?")}`;
  const entrypoint =
    command === undefined
      ? "# Which file starts the program?\n# entrypoint: [node, server.js]"
      : `  entrypoint: [${command.map(yamlWord).join(", ")}]`;
  return `
packages:
  - from: debian
    suite: bookworm            # what Node.js and native addons are linked to, nothing else
  - from: npm
    project: .                 # what package.json depends on, as its lock says
    node: ${node}${asked}

# The program itself. Its node_modules are those of the packages, not the ones of this folder.
files:
  - to: /app
    from: .
    ignore:
      - node_modules
      - .git
      - .env*
      - .npmrc
      - "*.tar"
      - /tare.*
      - /*-lock.*

# The program does not run as root. Others: root, UID:GID, or a user made here.
accounts:
  run-as: nonroot

config:
${entrypoint}
  env: { NODE_ENV: production }
# expose: [3000]
`;
}

/** In a list in brackets. A dollar sign would begin a variable. */
function yamlWord(word: string): string {
  return /^[a-z_./][\w./-]*$/i.test(word) ? word : JSON.stringify(word.replaceAll("$", "$$$$"));
}
