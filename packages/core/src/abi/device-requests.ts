/**
 * Requests to drivers and file systems that ioctl(2) carries, by their names in Linux's headers.
 *
 * No driver of this machine answers most of them: a file that does not know a request says ENOTTY.
 *
 * @see include/uapi/linux/{fs,loop,vt,kd,rtc,watchdog,i2c-dev,if_tun,mtio,msdos_fs,nbd,sockios,serial}.h
 */
export type DeviceRequest = BlockRequest | ConsoleRequest | FileSystemRequest | MiscellaneousRequest;

type BlockRequest =
  | "BLKROSET"
  | "BLKROGET"
  | "BLKSSZGET"
  | "BLKBSZGET"
  | "BLKBSZSET"
  | "BLKGETSIZE"
  | "BLKGETSIZE64"
  | "BLKRAGET"
  | "BLKRASET"
  | "BLKFLSBUF"
  | "BLKRRPART"
  | "BLKDISCARD"
  | "BLKSECDISCARD"
  | "HDIO_GETGEO"
  | "LOOP_SET_FD"
  | "LOOP_CLR_FD"
  | "LOOP_SET_STATUS64"
  | "LOOP_GET_STATUS64"
  | "LOOP_SET_CAPACITY"
  | "LOOP_CTL_GET_FREE"
  | "NBD_SET_SOCK"
  | "NBD_SET_BLKSIZE"
  | "NBD_SET_SIZE_BLOCKS"
  | "NBD_SET_FLAGS"
  | "NBD_CLEAR_SOCK"
  | "NBD_CLEAR_QUE"
  | "NBD_DISCONNECT"
  | "NBD_DO_IT";

type ConsoleRequest =
  | "KDGKBTYPE"
  | "KDGKBENT"
  | "KDSKBENT"
  | "KDSETKEYCODE"
  | "KDFONTOP"
  | "PIO_FONT"
  | "PIO_FONTX"
  | "PIO_UNIMAP"
  | "VT_ACTIVATE"
  | "VT_WAITACTIVE"
  | "VT_DISALLOCATE"
  | "VT_GETSTATE"
  | "VT_OPENQRY"
  | "TIOCGSERIAL";

type FileSystemRequest =
  | "FIFREEZE"
  | "FITHAW"
  | "FITRIM"
  | "FAT_IOCTL_GET_ATTRIBUTES"
  | "FAT_IOCTL_SET_ATTRIBUTES"
  | "FDFLUSH";

type MiscellaneousRequest =
  | "I2C_FUNCS"
  | "I2C_SLAVE"
  | "I2C_SLAVE_FORCE"
  | "I2C_PEC"
  | "I2C_SMBUS"
  | "I2C_RDWR"
  | "MTIOCTOP"
  | "MTIOCPOS"
  | "RTC_RD_TIME"
  | "RTC_SET_TIME"
  | "TUNSETIFF"
  | "TUNSETPERSIST"
  | "WDIOC_SETOPTIONS"
  | "WDIOC_SETTIMEOUT"
  | "SIOCSIFVLAN";
