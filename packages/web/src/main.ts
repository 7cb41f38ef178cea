/** The page: a terminal at the left, and what answers at published ports at the right. */
import { type PageMachine, startMachine } from "./machine.ts";

declare global {
  /** For the console of the browser. */
  var bottleship: PageMachine;
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const machine = startMachine(element("terminal", HTMLElement));
globalThis.bottleship = machine;
machine.terminal.focus();

const address = element("address", HTMLInputElement);
const status = element("status", HTMLOutputElement);
const page = element("page", HTMLIFrameElement);

element("request", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void visit(address.value);
});

/** Asks from the machine, and shows the answer. Nothing in it can run. */
async function visit(url: string): Promise<void> {
  status.value = `${url} …`;
  try {
    const response = await machine.engine.fetch(url);
    page.srcdoc = await response.text();
    status.value = `${response.status} ${response.statusText}`;
  } catch (error) {
    page.srcdoc = "";
    status.value = error instanceof Error ? error.message : String(error);
  }
}
