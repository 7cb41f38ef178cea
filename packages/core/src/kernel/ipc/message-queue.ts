/**
 * System V message queues.
 *
 * @see msgget(2), msgop(2), ipc/msg.c
 */
import { MSG_EXCEPT, type TypedMessage } from "../../abi/index.ts";
import { WaitQueue } from "../../sim/index.ts";
import type { Process } from "../process.ts";
import { IpcObject } from "./ipc-object.ts";

export class MessageQueue extends IpcObject {
  readonly messages: TypedMessage[] = [];
  readonly changed = new WaitQueue("message queue");
  bytes = 0;
  limitBytes: number;
  lastSender: Process | undefined;
  lastReceiver: Process | undefined;
  stimeUs = 0;
  rtimeUs = 0;

  constructor(process: Process, key: number, flags: number, limitBytes: number) {
    super(process, key, flags);
    this.limitBytes = limitBytes;
  }

  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.limitBytes && this.messages.length + 1 <= this.limitBytes;
  }

  put(message: TypedMessage, by: Process): void {
    this.messages.push(message);
    this.bytes += message.data.length;
    this.lastSender = by;
    this.stimeUs = by.kernel.nowUs;
    this.changed.wakeAll();
  }

  /** Where the message is that msgrcv(2) means by `type`; -1 if there is none. */
  find(type: number, flags: number): number {
    if (type === 0) return this.messages.length > 0 ? 0 : -1;
    if (type > 0) {
      const wants = (flags & MSG_EXCEPT) === 0;
      return this.messages.findIndex((message) => (message.type === type) === wants);
    }
    const types = this.messages.map((message) => message.type).filter((one) => one <= -type);
    return types.length === 0 ? -1 : this.messages.findIndex((message) => message.type === Math.min(...types));
  }

  take(index: number, by: Process): void {
    const [message] = this.messages.splice(index, 1);
    this.bytes -= message?.data.length ?? 0;
    this.lastReceiver = by;
    this.rtimeUs = by.kernel.nowUs;
    this.changed.wakeAll();
  }
}
