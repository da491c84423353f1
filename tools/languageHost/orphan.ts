/**
 * Tells a plugin that its engine is gone. An engine that is killed outright cannot tell its plugins; without this they
 * would stay for ever.
 */
const engine = process.ppid;
const checkEvery = 500; // milliseconds

/** Calls `act` once the process that started this one has ended. Does not keep the process alive. */
export function whenOrphaned(act: () => void): void {
  setInterval(() => {
    if (process.ppid !== engine) act();
  }, checkEvery).unref();
}
