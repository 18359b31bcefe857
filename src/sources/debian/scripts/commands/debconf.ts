import { parseDeb822 } from "../../../../formats/deb/deb822.ts";
import type { Call, Emulation, Status, Value } from "../../../../scripts/shell/interpret.ts";

/** debconf's shell module, with nobody to ask: every answer is the question's default, or what a script sets. */
export const debconf = new Map<string, Emulation>([
  ["db_get", get],
  ["db_set", set],
  ["db_fget", (call) => answer(call, "false")],
  ["db_metaget", (call) => answer(call, undefined)],
  ["db_input", () => undefined],
  ["db_text", () => undefined],
  ...[
    ...[
      "db_version",
      "db_capb",
      "db_title",
      "db_settitle",
      "db_go",
      "db_stop",
      "db_fset",
      "db_subst",
      "db_reset",
    ],
    ...[
      "db_purge",
      "db_register",
      "db_unregister",
      "db_clear",
      "db_beginblock",
      "db_endblock",
      "db_progress",
    ],
    ...["db_info", "db_data", "db_x_loadtemplatefile"],
  ].map((name): [string, Emulation] => [name, quiet]),
]);

function quiet(call: Call): Status {
  call.shell.findings.harmless.add("debconf's defaults are taken");
  return 0;
}

function answer(call: Call, value: Value): Status {
  call.shell.variables.set("RET", value);
  return value === undefined ? undefined : 0;
}

function get(call: Call): Status {
  quiet(call);
  const [question] = call.args;
  if (question === undefined) return answer(call, undefined);
  if (!call.shell.answers.has(question)) {
    call.shell.variables.set("RET", "");
    return 10;
  }
  return answer(call, call.shell.answers.get(question));
}

function set(call: Call): Status {
  quiet(call);
  const [question, ...value] = call.args;
  if (question === undefined) {
    for (const one of call.shell.answers.keys()) call.shell.answers.set(one, undefined);
    return 0;
  }
  if (!call.shell.answers.has(question)) return 10;
  call.shell.answers.set(question, value.includes(undefined) ? undefined : value.join(" "));
  return 0;
}

/** Questions of a `templates` member with their defaults (debconf-devel(7)). */
export function defaultAnswers(templates: string): Map<string, Value> {
  const answers = new Map<string, Value>();
  try {
    for (const { fields } of parseDeb822(templates, "templates")) {
      const question = fields.get("template");
      if (question !== undefined)
        answers.set(question, (fields.get("default") ?? "").split("\n", 1)[0] ?? "");
    }
  } catch {
    // A questionnaire that can't be read has no questions: asking one is then an error that the reader reports.
    answers.clear();
  }
  return answers;
}
