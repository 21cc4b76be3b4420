"""How long each part of a call may take, in seconds; the response to a create call may take as long as it likes."""

CONNECT_SECONDS = 10.0
LEAVING_SECONDS = 30.0  # connecting, a proxy's CONNECT and TLS together: httpx knows no limit for all of them
READ_SECONDS = 20.0
WHOLE_READ_SECONDS = 30.0  # of a read from its first byte out to its last one in, however it trickles
SETTLE_SECONDS = 1.0  # of silence, after which a response that contradicts itself is taken for what came
