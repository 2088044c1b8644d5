"""Worker processes: how one machine reads a large export faster. Why it is done, and how.

Reading takes time: decompressing, finding the end of each record, looking for the literals of the rules, and
decoding the records that hold one. No record needs another one for that, so a second process can do it; a
thread could not (Python runs one at a time). What follows, the analysis, needs the entries in order, and
stays in this process. In sparse exports most records are dropped where they are read, so little has to be
sent on. In dense ones every entry is sent: unpacking it takes a fifth of the time that decoding it takes.
A worker also works out what the analysis will ask of the text of an entry, and sends it along as its notes.

- ``process`` starts a worker: a copy of this process (``fork``), which costs a few milliseconds and has the
  prefilter in memory already. It writes messages to a pipe, at a lower priority, and exits without running
  anything else. There are none where a copy is not safe: other threads, an ignored SIGCHLD, a single core.
- ``batch`` packs items into one message. A message holds many, since each one costs a system call, but not
  more than 256: what the workers are ahead takes memory.
- ``parallel_reader`` is for JSON lines, which can be read from any byte: each worker reads every n-th range,
  and the ranges are taken in the order of the file.
- ``background_reader`` is for what can only be read from its beginning (lists, compressed files): one worker
  reads ahead while this process uses the entries.

Whatever the number of workers, the items and their order are the same. A worker that fails or is killed sends
no last message: this process then reads the rest itself, and raises what there is to raise. So a killed
worker never makes the answer shorter.
"""
