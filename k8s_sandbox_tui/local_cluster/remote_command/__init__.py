"""pods/exec and pods/attach: a command's streams over a WebSocket or over SPDY."""
