/** Pieces of recipes that docs/recipe.md shows, by key; each is a whole recipe once it has a name. */
export const recipeExamples: Readonly<Record<string, string>> = {
  name: "name: web",
  platforms: "platforms: [linux/amd64, linux/arm64]",
  variables: `
variables:
  SUITE: bookworm
packages:
  - { from: debian, suite: "\${SUITE}", include: nginx }`,
  "packages debian or ubuntu": `
packages:
  - from: debian
    suite: bookworm
    include: [ca-certificates, openssl]`,
  "packages npm": `
packages:
  - from: debian              # for the libraries that Node.js is linked to
    suite: bookworm
  - from: npm
    project: .
    node: 24`,
  "packages tarball": `
packages:
  - { from: tarball, file: alpine-minirootfs-3.17.10-x86_64.tar.gz }
  - { from: tarball, file: tool-1.0.tar.xz, to: /opt/tool, strip-components: 1 }`,
  "packages directory": `
packages:
  - { from: tarball, file: alpine-minirootfs-3.17.10-x86_64.tar.gz }
  - { from: directory, path: site, to: /srv/www }`,
  excludes: `
excludes:
  add: [/usr/share/gdb/*]
  keep: [/usr/share/doc/nginx/*]`,
  "host-libraries": "host-libraries: [libcuda.so.1]",
  locales: "locales: [de, pt_BR]",
  files: `
files:
  - { to: /app/dist, from: dist, ignore: ["*.map"] }
  - { to: /etc/app.conf, text: "port = 8080\\n", mode: 0640, owner: "root:nonroot" }
  - { to: /var/lib/app, directory: true, owner: nonroot }`,
  accounts: `
accounts:
  run-as: app
  users:
    - { name: app, uid: 1000 }`,
  config: `
config:
  entrypoint: [node, dist/server.js]
  env: { NODE_ENV: production }
  expose: [8080]
  healthcheck: { test: [node, dist/health.js], interval: 30s }`,
  annotations: `
annotations:
  org.opencontainers.image.source: https://registry.example/web`,
  layers: "layers: 4",
  compression: "compression: zstd:9",
  to: "to: [docker-archive:web.tar, oci:web:1.0]",
};
