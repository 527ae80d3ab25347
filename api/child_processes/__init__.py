"""Child processes: how they start, exchange messages with their parent, and end.

A child calls a function with a `Channel` to its parent as the argument:

- **Start.** `ChildProcess` starts the interpreter with `child_main.py`. The child blocks SIGTERM
  and SIGINT, which are often sent to an entire process group; the parent decides when the child
  ends. Niceness and resource limits are set before the function's module is imported.
- **Messages** are byte strings, sent in frames (`framing`) over standard input and output. They
  contain JSON or a workbook. Nothing is unpickled, so a child that is compromised by a malicious
  workbook can only send data.
- **Exit of the parent.** A thread of the child reads standard input and watches the parent. If the
  input ends or the parent's process id changes, the child exits immediately.
- **Exit of the child.** `ChildEndedError` states the reason: an exit code, a signal, or the type
  and location of an exception. The exception's message is omitted, because it could name people.
"""
