"""Worker processes: how one machine reads a large export faster. Why it is done, and how.

Reading is what takes time: decompressing, finding the end of each record and looking for the literals of the
rules. Most records are dropped there, so little has to be sent on. A second process can do this work, a
thread could not (Python runs one at a time).

- ``process`` starts a worker: a copy of this process (``fork``), which costs a few milliseconds and has the
  prefilter in memory already. It writes messages to a pipe, at a lower priority, and exits without running
  anything else. There are none where a copy is not safe: other threads, an ignored SIGCHLD, a single core.
- ``batch`` packs items into one message. A message holds many, since each one costs a system call.
- ``parallel_reader`` is for JSON lines, which can be read from any byte: each worker reads every n-th range,
  and
  the ranges are taken in the order of the file.
- ``background_reader`` is for what can only be read from its beginning (lists, compressed files): one worker
  reads
  ahead while this process uses the records.

Whatever the number of workers, the items and their order are the same. A worker that fails or is killed sends
no last message: this process then reads the rest itself, and raises what there is to raise.
"""
