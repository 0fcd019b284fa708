"""What Python's Jinja2 renders of chat templates, in the environment that transformers gives them.

transformers (utils/chat_template_utils.py): an immutable sandbox with trim_blocks and lstrip_blocks, loop controls, a
`{% generation %}` block, `raise_exception`, and a `tojson` that leaves letters as they are.

    python3 tests/golden/render_templates.py     writes tests/golden/data/templates.json
"""
import json
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """The block that marks what the assistant generates; for the text it is as if it were not there."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_same"), [], [], body).set_lineno(line)

    def _same(self, caller):
        return caller()


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])

    def raise_exception(message):
        raise TemplateError(message)

    env.globals["raise_exception"] = raise_exception
    env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    return env


TOKENS = dict(bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>", sep_token="<sep>")

TEMPLATES = {
    "chatml, one line": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "chatml, indented": "{% for message in messages %}\n    {% if message.role == 'assistant' %}\n        {{- '<|im_start|>assistant\\n' }}\n        {% generation %}\n        {{- message.content + '<|im_end|>\\n' }}\n        {% endgeneration %}\n    {% else %}\n        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n    {% endif %}\n{% endfor %}\n{% if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{% endif %}\n",
    "generation closed on an indented line": "{% for message in messages %}\n{{ message.role }}:\n  {% if message.role == 'assistant' %}\n  {% generation %}\n{{ message.content }}{{ eos_token }}\n  {% endgeneration %}\n  {% else %}\n{{ message.content }}\n  {% endif %}\n{% endfor %}",
    "generation inside a line": "{% for m in messages %}{{ m.role }}: {% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}  {% else %}{{ m.content }}{% endif %}\n{% endfor %}",
    "generation after text on its line": "{% for m in messages %}\n{{ m.role }}:   {% generation %}\n{{ m.content }}   {% endgeneration %}\n\n{% endfor %}",
    "generation with dashes": "{% for m in messages %}\n  {{ m.role }} :\n  {%- generation -%}\n    {{ m.content }}\n  {%- endgeneration -%}\n  {{ eos_token }}\n{% endfor %}",
    "generation with tabs": "{% for m in messages %}\n\t{% generation %}\n\t{{ m.content }}\n\t{% endgeneration %}\n\t{{ eos_token }}\n{% endfor %}",
    "windows lines": "{% for m in messages %}\r\n    {% if m.role == 'user' %}\r\nU: {{ m.content }}\r\n    {% else %}\r\nA: {{ m.content }}{{ eos_token }}\r\n    {% endif %}\r\n{% endfor %}\r\n{% if add_generation_prompt %}\r\nA:{% endif %}\r\n",
    "old mac lines": "{% for m in messages %}\r{{ m.role }}: {{ m.content }}\r{% endfor %}\r",
    "windows lines in a generation": "{% for m in messages %}\r\n  {% generation %}\r\n{{ m.content }}\r\n  {% endgeneration %}\r\n{% endfor %}",
    "llama 2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles have to alternate') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "llama 3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}",
    "gemma 3, system folded": "{{ bos_token }}\n{%- if messages[0]['role'] == 'system' -%}\n    {%- set first_user_prefix = messages[0]['content'] + '\\n\\n' -%}\n    {%- set loop_messages = messages[1:] -%}\n{%- else -%}\n    {%- set first_user_prefix = '' -%}\n    {%- set loop_messages = messages -%}\n{%- endif -%}\n{%- for message in loop_messages -%}\n    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}\n    {{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else '') }}\n    {%- if message['content'] is string -%}\n        {{ message['content'] | trim }}\n    {%- endif -%}\n    {{ '<end_of_turn>\\n' }}\n{%- endfor -%}\n{%- if add_generation_prompt -%}\n    {{ '<start_of_turn>model\\n' }}\n{%- endif -%}\n",
    "thinking in the last answer": "{%- set ns = namespace(last_query=-1) %}\n{%- for message in messages %}\n    {%- if message.role == 'user' %}\n        {%- set ns.last_query = loop.index0 %}\n    {%- endif %}\n{%- endfor %}\n{%- for message in messages %}\n    {%- set content = message.content %}\n    {%- if message.role == 'assistant' %}\n        {%- if '</think>' in content %}\n            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}\n        {%- endif %}\n        {%- if loop.last or loop.index0 > ns.last_query %}\n            {{- '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' + content.lstrip('\\n') }}\n        {%- else %}\n            {{- '<|im_start|>assistant\\n' + content }}\n        {%- endif %}\n        {{- '<|im_end|>\\n' }}\n    {%- else %}\n        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}",
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "phi": "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "mistral": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles have to alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported') }}{% endif %}{% endfor %}",
    "comments and blank lines": "{# the head #}\n{% for m in messages %}\n\n  {# a turn #}\n  {{ m.role }}: {{ m.content }}\n{# end #}  \n{% endfor %}\n\n",
    "all special tokens": "{{ bos_token }}{% for m in messages %}{{ m.content }}{{ sep_token if not loop.last else eos_token }}{% endfor %}{{ pad_token }}{{ unk_token }}",
    "json and loop controls": "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ m | tojson }}{% if loop.index > 2 %}{% break %}{% endif %}\n{% endfor %}",
    "a macro": "{%- macro turn(role, text) -%}\n<{{ role }}>{{ text }}</{{ role }}>\n{%- endmacro -%}\n{% for m in messages %}{{ turn(m.role, m.content) }}\n{% endfor %}",
    "filters and tests": "{% for m in messages %}{{ m.role | upper }}{{ m.content | replace('\\n', ' ') | trim }}{{ ' ?' if m.content is defined and m.content.endswith('?') else '' }}{{ '%02d' | format(loop.index) if false else loop.index }};{% endfor %}{{ messages | length }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}",
}

CONVERSATIONS = {
    "one question": ([("user", "Who?")], True),
    "one turn": ([("user", "Who?"), ("assistant", "Anna.")], False),
    "two turns": ([("user", "Who?"), ("assistant", "Anna."), ("user", "Where?"), ("assistant", "In Lyon.")], False),
    "asked again": ([("user", "Who?"), ("assistant", "Anna."), ("user", "Where?")], True),
    "with a system message": ([("system", "Be brief."), ("user", "Who?"), ("assistant", "Anna.")], False),
    "with white space": ([("user", "  Who?\n"), ("assistant", "\n\tAnna.  \n\nAnd Bo.\n"), ("user", "\r\nWhere?"), ("assistant", " ")], False),
    "with braces and quotes": ([("user", "{{ x }} {% if %} {# c #}"), ("assistant", "\"it's\" \\n <b>&amp;</b>")], False),
    "in other letters": ([("user", "¿Dónde está Zoë? 猫 👩‍👩‍👧"), ("assistant", "نعم — «да» €")], False),
}


def rendered(source, messages, prompt):
    try:
        return {"text": environment().from_string(source).render(messages=messages, add_generation_prompt=prompt, tools=None, documents=None, **TOKENS)}
    except TemplateError as error:
        return {"refused": str(error)}


out = {
    "tokens": TOKENS,
    "templates": TEMPLATES,
    "conversations": {name: {"messages": [dict(role=role, content=content) for role, content in turns], "prompt": prompt} for name, (turns, prompt) in CONVERSATIONS.items()},
}
out["rendered"] = {template: {name: rendered(source, c["messages"], c["prompt"]) for name, c in out["conversations"].items()} for template, source in TEMPLATES.items()}
(Path(__file__).parent / "data" / "templates.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", newline="")
