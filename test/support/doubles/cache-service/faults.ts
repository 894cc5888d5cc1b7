/** Faults on demand. */

/**
 * How a call fails.
 * Instead of the call, which then has no effect: an answer with this `status`; `hang`, no answer ever on a connection
 * that stays open; `reset`, a TCP RST.
 * After the call, whose effect stays: `cut`, half of the answer's body and the end of the connection (an answer without
 * a body is a `reset`); `wrongBody`, other bytes instead of the body, with their own Content-Length.
 */
export type Fault =
  | {
      status: number;
      /** None if left out. */
      body?: string;
      headers?: Record<string, string>;
      /** `application/json` if left out. */
      contentType?: string;
    }
  | 'hang'
  | 'reset'
  | 'cut'
  | { wrongBody: string | Uint8Array };

/** The faults that are still to come, by call. */
export interface Faults<Call extends string> {
  /** Adds a fault for so many times, after those that the call has already. */
  add: (call: Call, fault: Fault, times: number) => void;
  /** The fault of this call, which counts as one time; undefined if the call succeeds. */
  take: (call: Call) => Fault | undefined;
  clear: () => void;
}

/** Makes a list without faults. */
export function createFaults<Call extends string>(): Faults<Call> {
  let faults: { call: Call; fault: Fault; times: number }[] = [];
  return {
    add: (call, fault, times) => {
      faults.push({ call, fault, times });
    },
    take: (call) => {
      const next = faults.find((each) => each.call === call && each.times > 0);
      if (next !== undefined) next.times -= 1;
      return next?.fault;
    },
    clear: () => {
      faults = [];
    },
  };
}
