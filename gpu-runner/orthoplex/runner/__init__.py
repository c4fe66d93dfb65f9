"""The runner: leases jobs from the edge by long poll, runs them on this machine, and reports. Read in this order:

config (settings) · key (the API key) · wire (messages) · edge (HTTP client) · retry (retries of the network) · run
(one leased job) · heartbeat (keeps leases alive) · cache (files on disk) · storage (downloads, uploads) · jobs (sample,
train) · failure (what went wrong, in words for people) · loop (lease -> run -> settle) · service (signals, start and
end of the process).

Only outbound HTTP, so a runner works behind any NAT. Every write names its lease: a late runner gets 409 and stops.
"""
