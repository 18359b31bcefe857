/** What is worth telling a program that runs in our place. */
const passed: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];

/** Leads this process's signals to `hear` alone, until what it returns is called: they do not end us meanwhile. */
export function passSignals(hear: (signal: NodeJS.Signals) => void): () => void {
  const before = passed.map((name) => [name, process.listeners(name)] as const);
  for (const name of passed) process.removeAllListeners(name).on(name, hear);
  return () => {
    for (const [name, listeners] of before) {
      process.removeListener(name, hear);
      for (const listener of listeners) process.on(name, listener);
    }
  };
}
