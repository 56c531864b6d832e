// A list of frames for cansim-tui (":transmit-load"). The nodes may as well stand in a
// scenario, or be included by it. "count": 1: sent when asked; in a scenario once, at the
// start. The comments hold what is the list's alone: name, key, whether it is sent.
{
  "nodes": {
    "transmit": {"bus": "can0", "type": "periodic", "messages": [
      {"frame": "100#61112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#61112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#56112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#54112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#4D112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "7FF#0102030405060708", "period": "1s", "count": 1,
       "comment": {"name": "console"}},
      {"frame": "7FF#0102030405060708", "period": "1s", "count": 1,
       "comment": {"name": "console"}},
      {"frame": "100#2F112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#2C112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#2C112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#2F112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#83112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#83112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#2F112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#2F112233", "period": "1s", "count": 1,
       "comment": {"name": "engine", "key": "l"}},
      {"frame": "7FF#0102030405060708", "period": "1s", "count": 1,
       "comment": {"name": "console"}},
      {"frame": "100#83112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "2A0#48656C6C6F0000D8", "period": "1s", "count": 1,
       "comment": {"name": "dashboard"}}
    ]},
    "transmit-2": {"bus": "body", "type": "periodic", "messages": [
      {"frame": "0F0#01", "period": "1s", "count": 1,
       "comment": {"name": "door"}}
    ]},
    "transmit-3": {"bus": "can0", "type": "periodic", "messages": [
      {"frame": "100#72112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "100#72112233", "period": "1s", "count": 1,
       "comment": {"name": "engine"}},
      {"frame": "7FF#0102030405060704", "period": "1s", "count": 1,
       "comment": {"name": "console"}},
      {"frame": "2A0#48656C6C6F00000E", "period": "1s", "count": 1,
       "comment": {"name": "dashboard"}},
      {"frame": "2A0#48656C6C6F00000E", "period": "1s", "count": 1,
       "comment": {"name": "dashboard"}},
      {"frame": "100#1E112233", "period": "1s", "count": 1,
       "comment": {"name": "engine", "key": "*"}},
      {"frame": "2A0#48656C6C6F0000FF", "period": "1s", "count": 1,
       "comment": {"name": "dashboard"}}
    ]}
  }
}
