/** UTS namespaces: a host name and a domain name. */
import { Namespace } from "./namespace.ts";
import type { UserNamespace } from "./user.ts";

/** @see uts_namespaces(7) */
export class UtsNamespace extends Namespace {
  override get kind() {
    return "uts" as const;
  }

  hostname: string;
  domainname: string;

  constructor(id: number, owner: UserNamespace, hostname: string, domainname: string) {
    super(id, owner);
    this.hostname = hostname;
    this.domainname = domainname;
  }
}
