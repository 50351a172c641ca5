-- The figures of a run as one line of numbers, not rounded to units.
done = function(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("report bytes=%d microseconds=%d errors=%d\n", summary.bytes, summary.duration, failed))
end
