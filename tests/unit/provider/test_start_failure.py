"""What is told of a sandbox that cannot start, by the words of kubelets and runtimes."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.provider.start_failure import hint_for

BACK_OFF = 'Back-off pulling image "nginx:nope"'
RESOLVE = 'failed to pull and unpack image "docker.io/x/y:1": failed to resolve reference "docker.io/x/y:1": '


@pytest.mark.parametrize(
    ("reason", "said", "hint"),
    [
        ("ErrImagePull", [RESOLVE + "docker.io/x/y:1: not found"], "no such image or tag"),
        ("ImagePullBackOff", [BACK_OFF, f"Failed: {RESOLVE}not found"], "no such image or tag"),
        (
            "ErrImagePull",
            [RESOLVE + "pull access denied, repository does not exist or may require ..."],
            "--pull-secre",
        ),
        ("ErrImagePull", [RESOLVE + "unexpected status from HEAD request: 401 Unauthorized"], "want a login"),
        ("ErrImagePull", [RESOLVE + "429 Too Many Requests - toomanyrequests: You have ..."], "limits pulls"),
        ("ErrImagePull", ["no match for platform in manifest: not found"], "processor"),
        ("Init:ErrImagePull", [RESOLVE + "dial tcp: lookup x on 10.0.0.1:53: no such host"], "does not reach"),
        ("ImagePullBackOff", [BACK_OFF], "Check the image's name"),
        ("InvalidImageName", ["couldn't parse image name: access denied"], "Check the image's name"),
        (
            "CreateContainerConfigError",
            ["container has runAsNonRoot and image will run as root"],
            "profile restricted brings",
        ),
        ("CreateContainerConfigError", ['secret "keys" not found'], "Create what is missing"),
        ("CreateContainerConfigError", ["something else"], "read the message"),
        ("CreateContainerError", ["container create failed: executable file `/bin/sh` not found"], "needs /bin/sh"),
        ("StartError", ['exec: "/bin/sh": stat /bin/sh: no such file or directory'], "needs /bin/sh"),
        ("Error", ["secret "], ""),
    ],
)
def test_the_next_step_is_that_for_the_cause(reason: str, said: list[str], hint: str) -> None:
    found = hint_for(reason, *said)
    assert hint in found if hint else not found
