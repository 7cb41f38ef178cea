/** The modes of a terminal whose keys all go to a program somewhere else. @see moby/term termios_unix.go: MakeRaw */
import {
  BRKINT,
  CS8,
  CSIZE,
  ECHO,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNBRK,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IXON,
  OPOST,
  PARENB,
  PARMRK,
  type Termios,
  VMIN,
  VTIME,
} from "../abi/index.ts";

export function rawMode(modes: Termios): Termios {
  return {
    ...modes,
    iflag: modes.iflag & ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON),
    oflag: modes.oflag & ~OPOST,
    cflag: (modes.cflag & ~(CSIZE | PARENB)) | CS8,
    lflag: modes.lflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN),
    cc: modes.cc.map((value, index) => (index === VMIN ? 1 : index === VTIME ? 0 : value)),
  };
}
