/**
 * A primary.xml of `count` packages, about 5 kB each, as a distribution's looks: libraries with symbol versions, programs
 * that need some of them, descriptions that nobody here wants. The same count gives the same text.
 */
export function* primaryXml(count: number): Generator<Uint8Array> {
  yield Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${count}">\n`,
  );
  let piece = "";
  for (let number = 0; number < count; number += 1) {
    piece += packageXml(number, count);
    if (piece.length > 1 << 18 || number === count - 1) {
      yield Buffer.from(piece);
      piece = "";
    }
  }
  yield Buffer.from("</metadata>\n");
}

export function packageName(number: number): string {
  return number % 3 === 0 ? `lib${word(number)}${number}` : `${word(number)}-${number}`;
}

const syllables = ["ka", "lo", "mi", "ren", "tu", "vas", "po", "xi", "gnome", "perl", "rust", "py"];

function word(number: number): string {
  return `${syllables[number % 12]}${syllables[(number * 7 + 3) % 12]}${syllables[(number * 5 + 1) % 12]}`;
}

function packageXml(number: number, count: number): string {
  const name = packageName(number);
  const version = `${(number % 9) + 1}.${number % 40}.${number % 7}`;
  const evr = `flags="EQ" epoch="0" ver="${version}" rel="${(number % 5) + 1}.fc41"`;
  const provides = [
    `<rpm:entry name="${name}" ${evr}/>`,
    `<rpm:entry name="${name}(x86-64)" ${evr}/>`,
    `<rpm:entry name="bundled(${word(number + 1)})" ${evr}/>`,
  ];
  if (number % 3 === 0)
    for (let symbol = 0; symbol < 5; symbol += 1)
      provides.push(`<rpm:entry name="${name}.so.${number % 4}(${name.toUpperCase()}_${symbol})(64bit)"/>`);
  const requires = ["/bin/sh", "rtld(GNU_HASH)"].map((one) => `<rpm:entry name="${one}"/>`);
  for (let need = 1; need <= 20; need += 1) {
    const other = Math.floor(((number * 31 + need * need * 977) % count) / 3) * 3;
    const symbol = `${packageName(other).toUpperCase()}_${need % 5}`;
    requires.push(`<rpm:entry name="${packageName(other)}.so.${other % 4}(${symbol})(64bit)"/>`);
  }
  const checksum = number.toString(16).padStart(64, "0");
  const files = [1, 2, 3].map((one) => `    <file>/usr/bin/${name}-${one}</file>\n`).join("");
  const description = `${name} does what its name says &amp; more. `.repeat(28);
  return `<package type="rpm">
  <name>${name}</name>
  <arch>${number % 4 === 1 ? "noarch" : "x86_64"}</arch>
  <version epoch="0" ver="${version}" rel="${(number % 5) + 1}.fc41"/>
  <checksum type="sha256" pkgid="YES">${checksum}</checksum>
  <summary>What ${name} is</summary>
  <description>${description}</description>
  <packager>A packager</packager>
  <url>https://${name}.example/</url>
  <time file="1700000000" build="1700000000"/>
  <size package="${100_000 + number}" installed="${400_000 + number}" archive="${400_100 + number}"/>
  <location href="Packages/${name.charAt(0)}/${name}-${version}-${(number % 5) + 1}.fc41.x86_64.rpm"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:vendor>A vendor</rpm:vendor>
    <rpm:group>Unspecified</rpm:group>
    <rpm:buildhost>builder.example</rpm:buildhost>
    <rpm:sourcerpm>${name}-${version}-${(number % 5) + 1}.fc41.src.rpm</rpm:sourcerpm>
    <rpm:header-range start="4504" end="10000"/>
    <rpm:provides>
      ${provides.join("\n      ")}
    </rpm:provides>
    <rpm:requires>
      ${requires.join("\n      ")}
    </rpm:requires>
${files}  </format>
</package>
`;
}
