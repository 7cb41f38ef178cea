/** Hashed passwords. */
export { crypt, methodOf, saltOf } from "./crypt.ts";
