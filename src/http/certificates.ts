import { join } from "node:path";
import { getCACertificates } from "node:tls";
import type { HostFiles } from "../model/host-files.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Certificate authorities that the environment adds to Node's own (which already hold NODE_EXTRA_CA_CERTS): those
 * of SSL_CERT_FILE and CURL_CA_BUNDLE, or, when neither file holds any, of SSL_CERT_DIR. Undefined when the
 * environment names none, so that Node's default needs no second reading.
 */
export async function certificateAuthorities(
  environment: Environment,
  host: HostFiles,
): Promise<readonly string[] | undefined> {
  const found = new Set<string>();
  const add = async (path: string) => {
    const bytes = await host.readHostFile(path);
    for (const match of Buffer.from(bytes ?? [])
      .toString("latin1")
      .matchAll(block))
      found.add(match[0]);
  };
  for (const path of [environment.SSL_CERT_FILE, environment.CURL_CA_BUNDLE]) if (path) await add(path);
  if (found.size === 0)
    for (const folder of (environment.SSL_CERT_DIR ?? "").split(":").filter((part) => part !== ""))
      for (const name of await host.listHostFolder(folder))
        if (/\.(?:\d+|pem|crt)$/.test(name)) await add(join(folder, name));
  return found.size === 0 ? undefined : [...new Set([...getCACertificates("default"), ...found])];
}
