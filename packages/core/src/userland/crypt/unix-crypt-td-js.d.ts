/** The traditional crypt(3): DES, eight bytes of a password, two characters of salt. */
declare module "unix-crypt-td-js" {
  export default function unixCryptTD(password: number[], salt: number[]): string;
}
