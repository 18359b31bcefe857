import { debianKit } from "./debian-kit.ts";
import { describeSource } from "./suite.ts";

describeSource(debianKit);
