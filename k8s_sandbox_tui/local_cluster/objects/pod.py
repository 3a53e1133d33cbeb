# ruff: noqa: RUF012 - msgspec gives each instance its own copy of an empty default
"""The Pod and its spec, field by field.

Parts that the local cluster hands through without reading them are `Raw`.
"""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType, field

from k8s_sandbox_tui.local_cluster.objects.meta import KubeObject, KubeStruct
from k8s_sandbox_tui.local_cluster.objects.pod_status import PodStatus
from k8s_sandbox_tui.local_cluster.objects.resource_requirements import QuantityValue, ResourceRequirements


class FieldRef(KubeStruct, frozen=True, kw_only=True):
    """A field of the Pod itself, as the value of a variable."""

    api_version: str = ""
    field_path: str = ""


class ResourceFieldRef(KubeStruct, frozen=True, kw_only=True):
    """A request or limit of a container, as the value of a variable."""

    container_name: str = ""
    resource: str = ""
    divisor: QuantityValue = "0"


class KeyRef(KubeStruct, frozen=True, kw_only=True):
    """A key of a ConfigMap or Secret, as the value of a variable."""

    name: str = ""
    key: str = ""
    optional: bool | UnsetType = UNSET


class EnvVarSource(KubeStruct, frozen=True, kw_only=True):
    """Where a variable's value comes from."""

    field_ref: FieldRef | UnsetType = UNSET
    resource_field_ref: ResourceFieldRef | UnsetType = UNSET
    config_map_key_ref: KeyRef | UnsetType = UNSET
    secret_key_ref: KeyRef | UnsetType = UNSET


class EnvVar(KubeStruct, frozen=True, kw_only=True):
    """One variable of a container."""

    name: str
    value: str = ""
    value_from: EnvVarSource | UnsetType = UNSET


class ContainerPort(KubeStruct, frozen=True, kw_only=True):
    """A port that a container says it listens on."""

    name: str = ""
    host_port: int = 0
    container_port: int = 0
    protocol: str = ""
    host_ip: str = field(default="", name="hostIP")


class VolumeMount(KubeStruct, frozen=True, kw_only=True):
    """Where a volume appears in a container."""

    name: str = ""
    read_only: bool = False
    recursive_read_only: str | UnsetType = UNSET
    mount_path: str = ""
    sub_path: str = ""
    mount_propagation: str | UnsetType = UNSET
    sub_path_expr: str = ""


class Capabilities(KubeStruct, frozen=True, kw_only=True):
    """Parts of root's power to add or to drop."""

    add: list[str] = []
    drop: list[str] = []


class SecurityContext(KubeStruct, frozen=True, kw_only=True):
    """As whom a container runs."""

    capabilities: Capabilities | UnsetType = UNSET
    privileged: bool | UnsetType = UNSET
    se_linux_options: Raw | UnsetType = UNSET
    windows_options: Raw | UnsetType = UNSET
    run_as_user: int | UnsetType = UNSET
    run_as_group: int | UnsetType = UNSET
    run_as_non_root: bool | UnsetType = UNSET
    read_only_root_filesystem: bool | UnsetType = UNSET
    allow_privilege_escalation: bool | UnsetType = UNSET
    proc_mount: str | UnsetType = UNSET
    seccomp_profile: Raw | UnsetType = UNSET
    app_armor_profile: Raw | UnsetType = UNSET


class PodSecurityContext(KubeStruct, frozen=True, kw_only=True):
    """As whom containers run that do not say it themselves."""

    se_linux_options: Raw | UnsetType = UNSET
    windows_options: Raw | UnsetType = UNSET
    run_as_user: int | UnsetType = UNSET
    run_as_group: int | UnsetType = UNSET
    run_as_non_root: bool | UnsetType = UNSET
    supplemental_groups: list[int] = []
    supplemental_groups_policy: str | UnsetType = UNSET
    fs_group: int | UnsetType = UNSET
    sysctls: Raw | UnsetType = UNSET
    fs_group_change_policy: str | UnsetType = UNSET
    seccomp_profile: Raw | UnsetType = UNSET
    app_armor_profile: Raw | UnsetType = UNSET
    se_linux_change_policy: str | UnsetType = UNSET


class Container(KubeStruct, frozen=True, kw_only=True):
    """A container of a Pod."""

    name: str = ""
    image: str = ""
    command: list[str] = []
    args: list[str] = []
    working_dir: str = ""
    ports: list[ContainerPort] = []
    env_from: Raw | UnsetType = UNSET
    env: list[EnvVar] = []
    resources: ResourceRequirements = field(default_factory=ResourceRequirements)
    resize_policy: Raw | UnsetType = UNSET
    restart_policy: str | UnsetType = UNSET
    volume_mounts: list[VolumeMount] = []
    volume_devices: Raw | UnsetType = UNSET
    liveness_probe: Raw | UnsetType = UNSET
    readiness_probe: Raw | UnsetType = UNSET
    startup_probe: Raw | UnsetType = UNSET
    lifecycle: Raw | UnsetType = UNSET
    termination_message_path: str = ""
    termination_message_policy: str = ""
    image_pull_policy: str = ""
    security_context: SecurityContext | UnsetType = UNSET
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


class Toleration(KubeStruct, frozen=True, kw_only=True):
    """A taint that a Pod puts up with."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | UnsetType = UNSET


class Volume(KubeStruct, frozen=True, kw_only=True):
    """A volume; only the kinds that the local cluster knows of are told apart."""

    name: str = ""
    projected: Raw | UnsetType = UNSET
    empty_dir: Raw | UnsetType = UNSET
    host_path: Raw | UnsetType = UNSET
    config_map: Raw | UnsetType = UNSET
    secret: Raw | UnsetType = UNSET
    downward_api: Raw | UnsetType = field(default=UNSET, name="downwardAPI")
    persistent_volume_claim: Raw | UnsetType = UNSET
    nfs: Raw | UnsetType = UNSET
    csi: Raw | UnsetType = UNSET
    ephemeral: Raw | UnsetType = UNSET
    image: Raw | UnsetType = UNSET


class PodSpec(KubeStruct, frozen=True, kw_only=True):
    """What a Pod is to be."""

    volumes: list[Volume] = []
    init_containers: list[Container] = []
    containers: list[Container] = []
    ephemeral_containers: Raw | UnsetType = UNSET
    restart_policy: str = ""
    termination_grace_period_seconds: int | UnsetType = UNSET
    active_deadline_seconds: int | UnsetType = UNSET
    dns_policy: str = ""
    node_selector: dict[str, str] = {}
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | UnsetType = UNSET
    node_name: str = ""
    host_network: bool = False
    host_pid: bool = field(default=False, name="hostPID")
    host_ipc: bool = field(default=False, name="hostIPC")
    share_process_namespace: bool | UnsetType = UNSET
    security_context: PodSecurityContext | UnsetType = UNSET
    image_pull_secrets: Raw | UnsetType = UNSET
    hostname: str = ""
    subdomain: str = ""
    affinity: Raw | UnsetType = UNSET
    scheduler_name: str = ""
    tolerations: list[Toleration] = []
    host_aliases: Raw | UnsetType = UNSET
    priority_class_name: str = ""
    priority: int | UnsetType = UNSET
    dns_config: Raw | UnsetType = UNSET
    readiness_gates: Raw | UnsetType = UNSET
    runtime_class_name: str | UnsetType = UNSET
    enable_service_links: bool | UnsetType = UNSET
    preemption_policy: str | UnsetType = UNSET
    overhead: dict[str, QuantityValue] = {}
    topology_spread_constraints: Raw | UnsetType = UNSET
    set_hostname_as_fqdn: bool | UnsetType = field(default=UNSET, name="setHostnameAsFQDN")
    os: Raw | UnsetType = UNSET
    host_users: bool | UnsetType = UNSET
    scheduling_gates: Raw | UnsetType = UNSET
    resource_claims: Raw | UnsetType = UNSET
    resources: ResourceRequirements | UnsetType = UNSET


class Pod(KubeObject, frozen=True, kw_only=True):
    """A Pod."""

    spec: PodSpec = field(default_factory=PodSpec)
    status: PodStatus = field(default_factory=PodStatus)
