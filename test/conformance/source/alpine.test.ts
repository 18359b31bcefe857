import { alpineKit } from "./alpine-kit.ts";
import { describeSource } from "./suite.ts";

describeSource(alpineKit);
