/** Where the packages of Debian and Ubuntu come from: addresses of their archives. */
export const DEBIAN_ARCHIVES = {
  debian: { archive: "http://deb.debian.org/debian", security: "http://deb.debian.org/debian-security" },
  ubuntu: { archive: "http://archive.ubuntu.com/ubuntu", security: "http://security.ubuntu.com/ubuntu" },
} as const;
