import type { Progress } from "../model/seams.ts";
import { humanSize } from "../report/size.ts";
import { cut, plain } from "../report/table.ts";

/** What a progress display needs of the standard error. */
export interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** Progress for people, and the way to print a line without the two getting mixed up. */
export interface Display {
  readonly progress: Progress;
  /** Prints a whole line. */
  line(text: string): void;
  /** Takes the status line away. */
  end(): void;
}

const refresh = 80;
const reminder = 10_000;

/**
 * On a terminal, one status line that is written over and over, at most every 80 ms. Elsewhere, a line for each step,
 * and for long transfers one every ten seconds. `now` is in milliseconds.
 */
export function display(screen: Screen, now: () => number): Display {
  let step = "";
  let shownAt = Number.NEGATIVE_INFINITY;
  let saidAt = now();
  let isShown = false;
  const transfers = new Map<string, { done: number; total: number | undefined }>();

  const end = () => {
    if (isShown) screen.write("\r\u001b[K");
    isShown = false;
  };
  const line = (text: string) => {
    end();
    screen.write(`${text}\n`);
  };
  const show = (text: string) => {
    if (now() - shownAt < refresh) return;
    shownAt = now();
    screen.write(`\r\u001b[K${cut(plain(text), screen.columns - 1)}`);
    isShown = true;
  };

  return {
    line,
    end,
    progress(event) {
      if (event.kind === "step") {
        if (event.text === step) return;
        step = event.text;
        transfers.clear();
        shownAt = Number.NEGATIVE_INFINITY;
        saidAt = now();
        if (screen.isTTY) show(step);
        else line(plain(step));
        return;
      }
      if (event.kind === "note") {
        line(`tare: ${plain(event.text)}`);
        return;
      }
      transfers.set(event.name, { done: event.done, total: event.total });
      if (screen.isTTY) show(transferText(step, transfers));
      else if (now() - saidAt >= reminder) {
        saidAt = now();
        line(plain(transferText(step, transfers)));
      }
    },
  };
}

/** `fetching: 3 of 12 files, 4.5 MB of 20.1 MB` */
function transferText(
  step: string,
  transfers: ReadonlyMap<string, { readonly done: number; readonly total: number | undefined }>,
): string {
  let done = 0;
  let total: number | undefined = 0;
  let finished = 0;
  for (const one of transfers.values()) {
    done += one.done;
    total = total === undefined || one.total === undefined ? undefined : total + one.total;
    if (one.done === one.total) finished += 1;
  }
  const files = transfers.size === 1 ? [...transfers.keys()][0] : `${finished} of ${transfers.size} files`;
  const bytes = total === undefined ? humanSize(done) : `${humanSize(done)} of ${humanSize(total)}`;
  return `${step === "" ? "" : `${step}: `}${files}, ${bytes}`;
}
