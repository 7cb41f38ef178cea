/** Asking the drivers of devices. @see ioctl(2), busybox: libbb/xfuncs_printf.c: ioctl_or_perror_and_die */
import { type DeviceRequest, Errno, ioctl, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";

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
