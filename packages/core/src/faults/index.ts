/** Faults: rules by which things fail on purpose, and the log of calls. */
export {
  type ApiDoor,
  BrokenAnswer,
  connectionLost,
  NO_TROUBLE,
  RefusedCall,
  type Trouble,
  UNEXPECTED_EOF,
} from "./api-door.ts";
export { CALLS_KEPT, CallAssertionError, CallLog, type CallSelection, type LoggedCall } from "./call-log.ts";
export { planText, ruleText } from "./describe.ts";
export type { EventFaults, EventStream } from "./event-faults.ts";
export type { FaultTargets } from "./fault-targets.ts";
export { Faults, FIRED_KEPT } from "./faults.ts";
export { OPERATIONS, type Operation, operationOf, type ReplyKind } from "./operations.ts";
export type { StartedContainer } from "./process-faults.ts";
export type {
  ApiCall,
  ApiFault,
  ClockFault,
  ContainerRef,
  ContainerScope,
  DaemonFault,
  DiskFault,
  EventFault,
  EventOnTheWay,
  FaultPlan,
  FaultRule,
  FiredFault,
  HeldFault,
  NetworkFault,
  ProcessFault,
  PullFault,
  SyscallFault,
  SystemCall,
  When,
} from "./rule.ts";
