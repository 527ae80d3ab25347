"""Child processes: how they start, exchange messages with their parent, and end.

A child runs a function of one of our modules, with a `Channel` to its parent as argument:

- **Start.** `ChildProcess` starts the interpreter with `child_main.py`. SIGTERM and SIGINT are
  blocked from the start: a stop signal is often sent to a whole process group, and the parent
  alone decides what to do about it. Niceness and resource limits are set before the function's
  module is imported.
- **Messages** are bytes in frames (`framing`) on standard input and output. Parent and child
  agree on their meaning. Ours send JSON, except for workbooks, which are sent unchanged. Nothing is
  unpickled: a hostile workbook may take over the child that reads it, but can only send data.
- **Parent's end.** One thread of the child reads standard input and watches the parent. As soon as
  the input ends or the parent is another process, the child exits, whatever it is doing.
- **Child's end.** `ChildEndedError` says why there will be no more messages: an exception, with its
  location but without its message, which could name people; an exit code; a signal.
"""
