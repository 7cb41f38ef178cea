/**
 * Where the packages of Debian and Ubuntu come from: addresses of their archives. Nothing is fetched from them. Debian's is
 * a name that RFC 2606 keeps free, for it is the world's own.
 */
export const DEBIAN_ARCHIVES = {
  debian: { archive: "http://deb.debian.example/debian", security: "http://deb.debian.example/debian-security" },
  ubuntu: { archive: "http://archive.ubuntu.com/ubuntu", security: "http://security.ubuntu.com/ubuntu" },
} as const;
