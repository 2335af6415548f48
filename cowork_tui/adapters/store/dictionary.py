"""What stored texts have in common: zlib's preset dictionary, the likeliest strings last.

It may never change: every compressed row needs it (each names it by checksum). Another one can only be added beside it.
"""

from __future__ import annotations

_CONTENTS = (
    '{"data":"iVBORw0KGgoAAAANSUhEUgAA","height_pixels":,"media_type":"image/png","width_pixels":',
    '{"description":"","input_schema_json":"{\\"properties\\":{\\"path\\":{\\"type\\":\\"string\\"}},'
    '\\"required\\":[\\"path\\"],\\"type\\":\\"object\\"}","name":"',
    "import return False True None function const string error the and that with this for from not are is to of in ",
    "receipts invoice total date amount file files folder summary.md .json .csv .txt .pdf ",
    '{"model":"claude-opus-5-5","redacted":"","signature":"","text":"The user wants me to ',
    '{"model":"claude-sonnet-5-5","redacted":"","signature":"","text":"',
    '{"text":"I\'ll Let me Now The ',
    '{"id":"toolu_01","input_json":"{\\"content\\":\\"\\\\n\\",\\"command\\":\\"cd ls grep -n  | head\\",'
    '\\"description\\":\\"\\",\\"pattern\\":\\"\\",\\"query\\":\\"\\",\\"file_path\\":\\"\\",\\"path\\":\\"/home/Users/\\"}",'
    '"name":"write_file edit_file search_files list_files read_document"}',
    '{"is_error":false,"text":"1\\n2\\n\\n\\t","tool_use_id":"toolu_01"}{"is_error":true,"text":"',
)

_EVENTS = (
    '{"at":17,"task_id":"","title":"","goal":"","folder":"/","mode":"ask","cap":{"nanodollars":null,"tokens":null},'
    '"budget_tokens":100000,"choice":{"model":"","effort":null},"routes":[],"settings":{"max_tokens":16000,"ttl":"5m",'
    '"thinking":true},"money":"billed","tools":[],"system":[]}',
    '{"at":17,"status":"running","reason":"","next_step":""}{"at":17,"turn":,"attempt":1,"status":529,"error":"",'
    '"wait_seconds":}{"at":17,"turn":,"cause":"expired","detail":"","position":,"tokens":,"cost_nanodollars":}',
    '{"at":17,"turn":,"steps":[{"title":"","kind":"extract","status":"pending"},{"title":"","kind":"write","status":'
    '"active"},{"title":"","kind":"review","status":"done"}]}',
    '{"at":17,"turn":,"tool_use_id":"toolu_01","name":"write_file","summary":"","preview":"","outside_content":false}',
    '{"at":17,"turn":0,"blocks":[""],"note":false}',
    '{"at":17,"turn":,"step_kind":"act","choice":{"model":"claude-sonnet-5-5","effort":null},"parameters":'
    '{"max_tokens":16000,"thinking":"adaptive","thinking_budget_tokens":null,"effort":null,"tool_choice":null,'
    '"speed":null},"breakpoints":[{"position":1,"ttl":"5m"},{"position":,"ttl":"5m"}],"breakpoint_hashes":["",""],'
    '"head":"","positions":,"end_seq":,"new_links":["",""],"body_sha256":"","previous_message_id":"msg_01","forecast":'
    '{"read_tokens":,"write_tokens":,"fresh_tokens":,"output_p50_tokens":,"output_p90_tokens":,"cost_nanodollars":000,'
    '"cost_p90_nanodollars":000,"seconds":.0,"counted":false,"own_history":true,"cold_cost_nanodollars":null,'
    '"switch_nanodollars":0},"reserved":{"nanodollars":,"tokens":}}',
    '[[1, "5m", ""], [, "5m", ""]]',
    '{"at":17,"turn":,"model":"claude-sonnet-5-5","message_id":"msg_01","request_id":"req_01","stop_reason":"tool_use",'
    '"usage":{"input_tokens":,"cache_write_5m_tokens":,"cache_write_1h_tokens":0,"cache_read_tokens":,"output_tokens":,'
    '"cache_known":true,"service_tier":"standard","speed":"standard","inference_geo":"global","web_searches":0},'
    '"cost_nanodollars":000,"money":"billed","first_token_seconds":0.,"seconds":,"input_end_seq":}',
    '{"at":17,"turn":,"tool_use_id":"toolu_01","name":"read_document","input_json":"{}"}',
    '{"at":17,"turn":,"tool_use_id":"toolu_01","block":"","is_error":false,"seconds":0.,"changes":[]}',
    '{"at":17,"turn":,"block":"',
)

DICTIONARY = "".join((*_CONTENTS, *_EVENTS)).encode()
