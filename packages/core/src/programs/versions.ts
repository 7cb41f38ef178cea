/** Versions of what the catalogue has: those that the images had at the beginning of 2025. */
export const VERSIONS = {
  python: ["3.7.17", "3.9.21", "3.12.8"],
  /** That of Debian's and Alpine's own package. */
  distributionPython: "3.11.2",
  node: [
    { node: "22.12.0", npm: "10.9.0" },
    { node: "20.18.1", npm: "10.8.2" },
    { node: "18.20.5", npm: "10.8.2" },
    { node: "16.20.2", npm: "8.19.4" },
    { node: "14.21.3", npm: "6.14.18" },
    { node: "12.22.12", npm: "6.14.16" },
    { node: "10.24.1", npm: "6.14.12" },
  ],
  curl: "7.88.1",
  httpd: "2.4.62",
  nginx: "1.27.3",
  redis: "7.4.1",
  postgres: "17.2",
} as const;
