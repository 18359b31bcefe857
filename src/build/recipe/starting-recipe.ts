/** What `tare init` writes: a recipe that builds as it stands, named for its folder. */
export function startingRecipe(folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `# A recipe for tare: what goes into the image. \`tare explain\` tells what a build of it does.
name: ${name || "image"}

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

# Where the image goes. This file is for docker, podman and skopeo alike:
#   docker load -i ${name || "image"}.tar
to:
  - docker-archive:${name || "image"}.tar
`;
}
