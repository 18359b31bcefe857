/** Who the program runs as, in numbers of the image. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** A file or folder of this machine that is seen inside. */
export interface Mount {
  /** Absolute. */
  readonly from: string;
  /** In the image: absolute, without symlinks, and there. */
  readonly to: string;
  readonly readOnly: boolean;
}

/** Everything that a runtime must know to start a program in a root filesystem. Plain values. */
export interface Container {
  /** The root filesystem, for this one start: it may be written to. Has plain folders `proc` and `dev`. */
  readonly root: string;
  /** An empty folder for the runtime's own files. */
  readonly scratch: string;
  /** Program and arguments; the program may be searched for in the PATH of `env`. */
  readonly args: readonly string[];
  /** `NAME=VALUE` */
  readonly env: readonly string[];
  readonly workdir: string;
  readonly user: ContainerUser;
  /** `none`: a network with nothing but its loopback interface. */
  readonly network: "none" | "host";
  readonly mounts: readonly Mount[];
  /** The program gets a terminal. */
  readonly terminal: boolean;
}

/** Who starts it: numeric ids on this machine. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** A command line of this machine. */
export interface Start {
  readonly file: string;
  readonly args: readonly string[];
}

/** How a container is started. */
export interface ContainerStart extends Start {
  /** Has to succeed first. */
  readonly before?: Start;
  /** Takes away what `before` left, whatever came of it. */
  readonly after?: Start;
  /** Ends the container by force, where it outlives the process that started it. */
  readonly end?: Start;
  /** Sends the running container a signal, where the process that started it may miss one. */
  readonly tell?: (signal: NodeJS.Signals) => Start;
  /** Variables that keep the runtime from speaking between the program's own lines. */
  readonly silence?: Readonly<Record<string, string>>;
}

/** A way to start a container. */
export interface Runtime {
  readonly name: string;
  /** Programs of this machine that it takes; the first one is the runtime itself. */
  readonly programs: readonly string[];
  /**
   * Whether the runtime passes signals on to the program by itself; otherwise they go to its child process, which is
   * the program.
   */
  readonly passesSignals: boolean;
  /** Why it cannot start this container as this user, where that is known beforehand. */
  refusal?(container: Container, host: HostUser): string | undefined;
  /** May write to the container's scratch folder. `at` has the absolute path of each of `programs`. */
  start(container: Container, host: HostUser, at: (program: string) => string): Promise<ContainerStart>;
}
