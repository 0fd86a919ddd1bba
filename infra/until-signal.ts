/** Ctrl-C and SIGTERM as something to wait for. */

export interface SignalWait {
  /** Settles with the signal's name. */
  readonly received: Promise<string>;
  wasReceived(): boolean;
}

/** Takes over SIGINT, SIGTERM and SIGHUP from now on: the process no longer ends by them, its owner does that in order. */
export function untilSignal(): SignalWait {
  let isReceived = false;
  const received = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        isReceived = true;
        resolve(name);
      });
    }
  });
  return { received, wasReceived: () => isReceived };
}
