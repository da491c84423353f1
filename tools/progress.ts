/** What a person sees of long work. */
export interface Progress {
  /** One line for one change of state. */
  say(line: string): void;
  /** Says `label`, then how long it takes: every 10 s a line, or every second on a terminal's last line. */
  during<T>(label: string, work: () => Promise<T>, detail?: () => string): Promise<T>;
}

/** Progress on stderr, because stdout belongs to what a command answers; or line by line to `log`. */
export function progressTo(log?: (line: string) => void): Progress {
  const terminal = log === undefined && process.stderr.isTTY;
  const print =
    log ?? ((line: string): boolean => process.stderr.write(`${terminal ? "\r\x1b[2K" : ""}${line}\n`));
  const running = new Map<string, { since: number; detail: () => string }>();
  let ticking: NodeJS.Timeout | undefined;

  const say = (line: string): void => {
    print(line);
    if (terminal) redraw();
  };
  const tick = (): void => {
    if (terminal) redraw();
    else for (const line of describe()) print(line);
  };
  const describe = (): string[] =>
    [...running].map(([label, { since, detail }]) => {
      const seconds = Math.round((performance.now() - since) / 1000);
      return [`${label} …`, `${seconds} s`, detail()].filter(Boolean).join(" ");
    });
  const redraw = (): void => {
    process.stderr.write(
      `\r\x1b[2K${describe()
        .join(" · ")
        .slice(0, (process.stderr.columns || 80) - 1)}`,
    );
  };

  return {
    say,
    async during(label, work, detail = () => ""): Promise<Awaited<ReturnType<typeof work>>> {
      print(label);
      running.set(label, { since: performance.now(), detail });
      ticking ??= setInterval(tick, terminal ? 1_000 : 10_000).unref();
      try {
        return await work();
      } finally {
        running.delete(label);
        if (terminal) redraw();
        if (running.size === 0) {
          clearInterval(ticking);
          ticking = undefined;
        }
      }
    },
  };
}
