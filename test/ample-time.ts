/** Milliseconds that no request over loopback takes, however busy the machine is: a limit that must not decide. */
export const AMPLE_MS = 60_000

/** A limit for what never ends: however short, it alone ends it. */
export const SHORT_MS = 50
