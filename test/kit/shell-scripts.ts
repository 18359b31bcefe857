/** Scripts that need no files: what they are about, their text, and what they print, by POSIX and by any shell. */
export const shellScripts: readonly [about: string, script: string, printed: string][] = [
  ["single quotes keep everything", `echo '$a "b" \`c\` *'`, `$a "b" \`c\` *\n`],
  ["double quotes expand", `a=1; echo "$a\${a}2 '$a' \\$a \\""`, `112 '1' $a "\n`],
  ["quotes keep blanks, bare words do not", `a='x   y'; echo $a; echo "$a"`, "x y\nx   y\n"],
  ["an empty quoted word is a word", `count() { echo $#; }; a=; count "" $a "$a" ''`, "3\n"],
  ["quotes join what stands beside them", `echo a'b'"c"d\\e`, "abcde\n"],
  ["a backslash at a line's end joins the lines", "echo a\\\nb \\\n c", "ab c\n"],
  ["a comment ends its line, a # within a word does not", "echo a#b # c", "a#b\n"],
  ["x:-y for what is unset or empty", `a=; echo "\${a:-1}\${a-2}\${b-3}"`, "13\n"],
  ["x:=y sets", `: "\${a:=1}"; echo $a`, "1\n"],
  ["x:+y for what is set", `a=1; b=; echo "\${a:+x}\${b:+y}\${b+z}"`, "xz\n"],
  ["#x counts", `a=four; echo \${#a}`, "4\n"],
  [
    "x%y and x##y cut",
    `a=/usr/lib/x.so.1; echo \${a##*/} \${a%/*} \${a%%.*} \${a#/*/}`,
    "x.so.1 /usr/lib /usr/lib/x lib/x.so.1\n",
  ],
  [
    "and cut within quotes, too, unless the pattern is quoted itself",
    `a='/usr/lib/x*y.so'; b='*/'; echo "\${a##*/} \${a%.*} \${a#"*/"} \${a##'*/'} \${a##$b} \${a##"$b"} \${a%\\**} \${a%%[.x]*}"`,
    "x*y.so /usr/lib/x*y /usr/lib/x*y.so /usr/lib/x*y.so x*y.so /usr/lib/x*y.so /usr/lib/x /usr/lib/\n",
  ],
  ["defaults nest", `echo "\${a:-\${b:-"c d"}}"`, "c d\n"],
  ["$(…) nests and loses its last line breaks", `echo "[$(printf 'a\\n\\n')$(echo $(echo b))]"`, "[ab]\n"],
  ["backquotes are substitutions", "echo `echo a`", "a\n"],
  ["arithmetic", "a=7; echo $((a * (2 + 3) % 4 - -1)) $((7 / 2)) $(($a - 10))", "4 3 -3\n"],
  [
    "for over words, with break and continue",
    "for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done",
    "1\n3\n",
  ],
  [
    "while and until",
    "i=0; while [ $i -lt 2 ]; do echo $i; i=$((i + 1)); done; until [ $i -eq 0 ]; do i=$((i - 1)); done; echo $i",
    "0\n1\n0\n",
  ],
  [
    "while read over a here-document",
    "while read -r a b; do echo $b-$a; done <<END\n1 2 3\n4\nEND",
    "2 3-1\n-4\n",
  ],
  [
    "case takes the first pattern that fits",
    "for a in x.so lib3 -h ''; do case \"$a\" in *.so) echo so;; lib[0-9]|lib) echo lib;; -*) echo option;; '') echo none;; *) echo no;; esac; done",
    "so\nlib\noption\nnone\n",
  ],
  [
    "quoted pattern characters are plain",
    `case 'a*' in "a*") echo yes;; *) echo no;; esac; case ab in "a*") echo yes;; *) echo no;; esac`,
    "yes\nno\n",
  ],
  [
    "if, elif and else",
    "a=2; if [ $a = 1 ]; then echo one; elif [ $a = 2 ]; then echo two; else echo more; fi",
    "two\n",
  ],
  [
    "functions have arguments, locals and a status",
    'a=out; f() { local a; a=$1; shift; echo $a $# "$@"; return 3; }; f x y z || echo $?; echo $a',
    "x 2 y z\n3\nout\n",
  ],
  [
    "a here-document expands, a quoted one does not",
    "a=1\ncat <<A\n$a \\$a\nA\ncat <<'B'\n$a\nB\ncat <<-C\n\tin\n\tC",
    "1 $a\n$a\nin\n",
  ],
  [
    "head and sort",
    "printf 'b\\na\\nb\\n' | sort -ru | head -1; printf 'x-1\\n' | sort -Vr | head -n 2",
    "b\nx-1\n",
  ],
  [
    "what is not set has no length and nothing to cut",
    `echo "[\${2%-r*}][\${9##a}][\${none%b}]\${#none}"`,
    "[][][]0\n",
  ],
  ["seq counts", "echo $(seq 3) $(seq 2 4) $(seq -w 9 11)", "1 2 3 2 3 4 09 10 11\n"],
  ["pipes hand output on", "printf 'b\\na\\n' | sort | grep a", "a\n"],
  ["a subshell keeps its variables, a group does not", "a=1; (a=2); echo $a; { a=3; }; echo $a", "1\n3\n"],
  ["&&, || and !", "true && echo a || echo b; false && echo c || echo d; ! false && echo e", "a\nd\ne\n"],
  [
    "[ ] with -a, -o, ! and parentheses",
    "[ a = a -a ! b = c ] && echo 1; [ '(' x = y ')' -o -n z ] && echo 2; [ -z '' ] && echo 3; test 2 -gt 1 && echo 4",
    "1\n2\n3\n4\n",
  ],
  ["set -- makes the arguments", `set -- a "b c"; echo $#; for one; do echo "$one"; done`, "2\na\nb c\n"],
  ["an assignment before a command is for that command", "f() { echo $a; }; a=1; a=2 f; echo $a", "2\n1\n"],
  ["the arguments are dpkg's", `echo "$1" "[$2]" "$#"`, "configure [] 2\n"],
];

/** The same of what only bash knows; it is rpm's `/bin/sh`. */
export const bashScripts: readonly [about: string, script: string, printed: string][] = [
  [
    "braces with commas are words",
    `a=1; echo x{a,b{c,d},}y {a,$a}"{b,c}" {a} {} a{,b}{c,d} \\{a,b} {a,b; for i in {p,q}; do echo $i; done`,
    "xay xbcy xbdy xy a{b,c} 1{b,c} {a} {} ac ad abc abd {a,b} {a,b\np\nq\n",
  ],
  ["an assignment keeps its braces", "a={b,c}; echo $a", "{b,c}\n"],
  [
    "[[ ]] neither splits nor matches files",
    `a="x  y"; b=; [[ $a = "x  y" && -z $b ]] && echo 1; [[ -n $b || ! ( $a == x* ) ]] || echo 2; [[ /et* = /et[*] ]] && echo 3`,
    "1\n2\n3\n",
  ],
  [
    "a pattern of [[ ]] is plain where it is quoted",
    `for a in 'x*' xy; do [[ $a == "x*" ]] && echo "$a"; [[ $a != x* ]] && echo never; done; [[ a ]] && [[ 2 -gt 1 ]] && echo numbers`,
    "x*\nnumbers\n",
  ],
  ["function f", `function f { echo f $1; }\nfunction g() { f $1$1; }\ng 1`, "f 11\n"],
  ["+= adds", `a=1; a+=" 2"; b+=3; echo "$a$b"`, "1 23\n"],
  ["<<< is one line of input", `a="b  c"; read x y <<< $a; echo "$y$x"; cat <<<"$a"`, "cb\nb  c\n"],
  [
    "&> sends both outputs away",
    "echo a &> /dev/null; echo b >& /dev/null; echo c &>/dev/null || echo d",
    "",
  ],
];

/**
 * What the shells that are somebody's `/bin/sh` do not agree on, and what each of them prints: dash (Debian), busybox
 * (Alpine), bash called `sh` (Fedora), and bash called by its own name.
 */
export const shellsApart: readonly [
  about: string,
  script: string,
  printed: readonly [dash: string, busybox: string, sh: string, bash: string],
][] = [
  [
    "a file that is missing ends a script that reads it",
    "(. /nope || echo or; echo on); echo $?",
    ["2\n", "2\n", "1\n", "or\non\n0\n"],
  ],
  [
    "also where it is asked about, in a function or by eval",
    `f() { . /nope; }; (if f; then :; fi; echo on); echo $?; (eval ". /nope" || :; echo on); echo $?`,
    ["2\n2\n", "2\n2\n", "1\n1\n", "on\n0\non\n0\n"],
  ],
  [
    "but not where another shell or command reads it",
    "command . /nope || echo $?; (. /nope; echo on) || echo $?; echo [$(. /nope; echo in)]; . /nope | cat; echo on",
    ["2\n2\n[]\non\n", "2\n2\n[]\non\n", "1\n1\n[]\non\n", "1\non\n[in]\non\n"],
  ],
  ["source is . but for dash", "(source /nope; echo $?); echo $?", ["127\n0\n", "2\n", "1\n", "1\n0\n"]],
  [
    "== is an operator of [ ] but for dash",
    "[ a == a ]; echo $?; [ a == b ]; echo $?; test '' == ''; echo $?",
    ["2\n2\n2\n", "0\n1\n0\n", "0\n1\n0\n", "0\n1\n0\n"],
  ],
  [
    "also within a longer question",
    "[ ! a == b ]; echo $?; [ x = x -a a == a ]; echo $?; [ a == b -o x = x ]; echo $?; [ '(' a == a ')' ]; echo $?",
    ["2\n2\n2\n2\n", "0\n0\n0\n0\n", "0\n0\n0\n0\n", "0\n0\n0\n0\n"],
  ],
];
