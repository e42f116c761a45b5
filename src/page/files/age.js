// How long ago, by the clock of the machine that tells it: a phone's own may be wrong.

let ahead = 0;

/** What time it was there when it said that. */
export function heard(timestamp) {
  const there = Date.parse(timestamp);
  if (!Number.isNaN(there)) {
    ahead = there - Date.now();
  }
}

/** What time it is there, in milliseconds. */
export function now() {
  return Date.now() + ahead;
}

/** The age of a moment in a few characters, as `4m 12s`; with minutes alone where `isCoarse`. */
export function age(since, isCoarse = false) {
  const seconds = Math.max(0, Math.floor(now() / 1000) - Math.floor(Date.parse(since) / 1000));
  if (Number.isNaN(seconds)) {
    return "";
  }
  const units = [[86400, "d", 3600, "h"], [3600, "h", 60, "m"], [60, "m", 1, "s"]];
  for (const [size, name, part, partName] of units) {
    if (seconds >= size) {
      const rest = String(Math.floor((seconds % size) / part)).padStart(2, "0");
      return `${Math.floor(seconds / size)}${name}${isCoarse ? "" : ` ${rest}${partName}`}`;
    }
  }
  return `${seconds}s`;
}

/** The time of day of a moment, where the person is. */
export function clock(moment) {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(undefined, { hour12: false });
}
