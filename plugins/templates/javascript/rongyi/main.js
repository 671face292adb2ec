// Where the component begins: what a rule doesn't have is set aside first, then your rule is loaded and guarded.
// It comes with the host.
import "./guard.js";
import { guarded } from "./border.js";
import * as author from "../rule.js";

export const rules = guarded(author.rules);
