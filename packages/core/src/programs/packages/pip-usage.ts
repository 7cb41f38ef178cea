/** What `pip` alone prints of its commands; only those that are here. */
export const PIP_COMMANDS = `  install                     Install packages.
  uninstall                   Uninstall packages.
  freeze                      Output installed packages in requirements format.
  list                        List installed packages.
  show                        Show information about installed packages.
  check                       Verify installed packages have compatible dependencies.
  config                      Manage local and global configuration.
  cache                       Inspect and manage pip's wheel cache.
  help                        Show help for commands.
`;
