/** Opening devices and asking their drivers, with libbb's words for what fails. @see busybox: libbb/xfuncs_printf.c */
import { type DeviceRequest, Errno, ioctl, O_RDONLY, open, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";

/** A descriptor; says why there is none and ends the applet otherwise. */
export function* openOrDie(io: Io, path: string, flags = O_RDONLY, mode?: number): Routine<number> {
  const fd = yield* attempt(open(path, flags, mode));
  return fd instanceof Errno ? yield* io.pdie(`can't open '${path}'`, fd) : fd;
}

/** The driver's answer. `what`: how a failure is called, the request's name by default. */
export function* control(
  io: Io,
  fd: number,
  request: DeviceRequest,
  options: { readonly argument?: unknown; readonly what?: string } = {},
): Routine<unknown> {
  const { argument, what = request } = options;
  const answer = yield* attempt(ioctl(fd, request, argument));
  return answer instanceof Errno ? yield* io.pdie(what, answer) : answer;
}

/** Does the file know the request? */
export function* knows(fd: number, request: DeviceRequest): Routine<boolean> {
  return !((yield* attempt(ioctl(fd, request))) instanceof Errno);
}
