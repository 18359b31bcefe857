import { type ApkData, type ApkSigner, apkIndexOf, builtApk } from "./apk-package.ts";

/** Files of a repository as a server has them, by path: `x86_64/APKINDEX.tar.gz`, `x86_64/NAME-VERSION.apk`. */
export function apkRepository(
  packages: readonly ApkData[],
  {
    signer,
    architectures = ["x86_64"],
  }: { readonly signer?: ApkSigner; readonly architectures?: readonly string[] } = {},
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const architecture of architectures) {
    const stanzas = packages
      .map((data) => ({ ...data, architecture: data.architecture ?? architecture }))
      .filter((data) => data.architecture === architecture || data.architecture === "noarch")
      .map((data) => {
        const { bytes, stanza } = builtApk(data, signer);
        files.set(`${data.architecture}/${data.name}-${data.version ?? "1.0-r0"}.apk`, bytes);
        return stanza;
      });
    files.set(`${architecture}/APKINDEX.tar.gz`, apkIndexOf(stanzas, signer));
  }
  return files;
}
