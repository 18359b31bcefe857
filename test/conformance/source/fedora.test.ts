import { fedoraKit } from "./fedora-kit.ts";
import { describeSource } from "./suite.ts";

describeSource(fedoraKit);
