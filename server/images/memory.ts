/** What a process that reads images ends with when it has grown past its limit; whoever started it says so. */
export const outOfMemory = 70;

/** Buffers do not count for V8's own limit, so the process looks at itself. */
export function watchMemory(limitMB: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > limitMB * 2 ** 20) process.exit(outOfMemory);
  }, 100).unref();
}
