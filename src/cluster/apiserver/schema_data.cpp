// The types of the served kinds and all that they contain, a line a type:
//   NAME[!] FIELD=TYPE ...       (! = the whole struct is one value for ownership)
//   TYPE: s string, n number, b boolean, q any scalar (quantity, time, int-or-string), u anything, NAME,
//         list(T) replaced whole, list(T;KEY,...) merged by keys, set(T), map(T), atomic(T) a map replaced whole
// Taken from k8s.io/client-go v0.36.3 applyconfigurations/internal/internal.go (Apache License 2.0), which is the
// schema that the API server's own field management uses.
#include "cluster/apiserver/schema.hpp"

namespace straycat::cluster {

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<std::string_view>& schema_lines() {
  static const std::vector<std::string_view> lines = {
      "apps.v1.DaemonSet apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=apps.v1.DaemonSetSpec "
      "status=apps.v1.DaemonSetStatus",
      "apps.v1.DaemonSetCondition lastTransitionTime=q message=s reason=s status=s type=s",
      "apps.v1.DaemonSetSpec minReadySeconds=n revisionHistoryLimit=n selector=meta.v1.LabelSelector "
      "template=core.v1.PodTemplateSpec updateStrategy=apps.v1.DaemonSetUpdateStrategy",
      "apps.v1.DaemonSetStatus collisionCount=n conditions=list(apps.v1.DaemonSetCondition;type) "
      "currentNumberScheduled=n desiredNumberScheduled=n numberAvailable=n numberMisscheduled=n numberReady=n "
      "numberUnavailable=n observedGeneration=n updatedNumberScheduled=n",
      "apps.v1.DaemonSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateDaemonSet type=s",
      "apps.v1.Deployment apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=apps.v1.DeploymentSpec "
      "status=apps.v1.DeploymentStatus",
      "apps.v1.DeploymentCondition lastTransitionTime=q lastUpdateTime=q message=s reason=s status=s type=s",
      "apps.v1.DeploymentSpec minReadySeconds=n paused=b progressDeadlineSeconds=n replicas=n revisionHistoryLimit=n "
      "selector=meta.v1.LabelSelector strategy=apps.v1.DeploymentStrategy template=core.v1.PodTemplateSpec",
      "apps.v1.DeploymentStatus availableReplicas=n collisionCount=n conditions=list(apps.v1.DeploymentCondition;type) "
      "observedGeneration=n readyReplicas=n replicas=n terminatingReplicas=n unavailableReplicas=n updatedReplicas=n",
      "apps.v1.DeploymentStrategy rollingUpdate=apps.v1.RollingUpdateDeployment type=s",
      "apps.v1.ReplicaSet apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=apps.v1.ReplicaSetSpec "
      "status=apps.v1.ReplicaSetStatus",
      "apps.v1.ReplicaSetCondition lastTransitionTime=q message=s reason=s status=s type=s",
      "apps.v1.ReplicaSetSpec minReadySeconds=n replicas=n selector=meta.v1.LabelSelector "
      "template=core.v1.PodTemplateSpec",
      "apps.v1.ReplicaSetStatus availableReplicas=n conditions=list(apps.v1.ReplicaSetCondition;type) "
      "fullyLabeledReplicas=n observedGeneration=n readyReplicas=n replicas=n terminatingReplicas=n",
      "apps.v1.RollingUpdateDaemonSet maxSurge=q maxUnavailable=q",
      "apps.v1.RollingUpdateDeployment maxSurge=q maxUnavailable=q",
      "apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable=q partition=n",
      "apps.v1.StatefulSet apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=apps.v1.StatefulSetSpec "
      "status=apps.v1.StatefulSetStatus",
      "apps.v1.StatefulSetCondition lastTransitionTime=q message=s reason=s status=s type=s",
      "apps.v1.StatefulSetOrdinals start=n",
      "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=s whenScaled=s",
      "apps.v1.StatefulSetSpec minReadySeconds=n ordinals=apps.v1.StatefulSetOrdinals "
      "persistentVolumeClaimRetentionPolicy=apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy "
      "podManagementPolicy=s replicas=n revisionHistoryLimit=n selector=meta.v1.LabelSelector serviceName=s "
      "template=core.v1.PodTemplateSpec updateStrategy=apps.v1.StatefulSetUpdateStrategy "
      "volumeClaimTemplates=list(core.v1.PersistentVolumeClaim)",
      "apps.v1.StatefulSetStatus availableReplicas=n collisionCount=n "
      "conditions=list(apps.v1.StatefulSetCondition;type) currentReplicas=n currentRevision=s observedGeneration=n "
      "readyReplicas=n replicas=n updateRevision=s updatedReplicas=n",
      "apps.v1.StatefulSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateStatefulSetStrategy type=s",
      "batch.v1.CronJob apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=batch.v1.CronJobSpec "
      "status=batch.v1.CronJobStatus",
      "batch.v1.CronJobSpec concurrencyPolicy=s failedJobsHistoryLimit=n jobTemplate=batch.v1.JobTemplateSpec "
      "schedule=s startingDeadlineSeconds=n successfulJobsHistoryLimit=n suspend=b timeZone=s",
      "batch.v1.CronJobStatus active=list(core.v1.ObjectReference) lastScheduleTime=q lastSuccessfulTime=q",
      "batch.v1.Job apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=batch.v1.JobSpec status=batch.v1.JobStatus",
      "batch.v1.JobCondition lastProbeTime=q lastTransitionTime=q message=s reason=s status=s type=s",
      "batch.v1.JobSpec activeDeadlineSeconds=n backoffLimit=n backoffLimitPerIndex=n completionMode=s completions=n "
      "managedBy=s manualSelector=b maxFailedIndexes=n parallelism=n podFailurePolicy=batch.v1.PodFailurePolicy "
      "podReplacementPolicy=s selector=meta.v1.LabelSelector successPolicy=batch.v1.SuccessPolicy suspend=b "
      "template=core.v1.PodTemplateSpec ttlSecondsAfterFinished=n",
      "batch.v1.JobStatus active=n completedIndexes=s completionTime=q conditions=list(batch.v1.JobCondition) failed=n "
      "failedIndexes=s ready=n startTime=q succeeded=n terminating=n "
      "uncountedTerminatedPods=batch.v1.UncountedTerminatedPods",
      "batch.v1.JobTemplateSpec metadata=meta.v1.ObjectMeta spec=batch.v1.JobSpec",
      "batch.v1.PodFailurePolicy rules=list(batch.v1.PodFailurePolicyRule)",
      "batch.v1.PodFailurePolicyOnExitCodesRequirement containerName=s operator=s values=set(n)",
      "batch.v1.PodFailurePolicyOnPodConditionsPattern status=s type=s",
      "batch.v1.PodFailurePolicyRule action=s onExitCodes=batch.v1.PodFailurePolicyOnExitCodesRequirement "
      "onPodConditions=list(batch.v1.PodFailurePolicyOnPodConditionsPattern)",
      "batch.v1.SuccessPolicy rules=list(batch.v1.SuccessPolicyRule)",
      "batch.v1.SuccessPolicyRule succeededCount=n succeededIndexes=s",
      "batch.v1.UncountedTerminatedPods failed=set(s) succeeded=set(s)",
      "coordination.v1.Lease apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=coordination.v1.LeaseSpec",
      "coordination.v1.LeaseSpec acquireTime=q holderIdentity=s leaseDurationSeconds=n leaseTransitions=n "
      "preferredHolder=s renewTime=q strategy=s",
      "core.v1.AWSElasticBlockStoreVolumeSource fsType=s partition=n readOnly=b volumeID=s",
      "core.v1.Affinity nodeAffinity=core.v1.NodeAffinity podAffinity=core.v1.PodAffinity "
      "podAntiAffinity=core.v1.PodAntiAffinity",
      "core.v1.AppArmorProfile localhostProfile=s type=s",
      "core.v1.AttachedVolume devicePath=s name=s",
      "core.v1.AzureDiskVolumeSource cachingMode=s diskName=s diskURI=s fsType=s kind=s readOnly=b",
      "core.v1.AzureFileVolumeSource readOnly=b secretName=s shareName=s",
      "core.v1.CSIVolumeSource driver=s fsType=s nodePublishSecretRef=core.v1.LocalObjectReference readOnly=b "
      "volumeAttributes=map(s)",
      "core.v1.Capabilities add=list(s) drop=list(s)",
      "core.v1.CephFSVolumeSource monitors=list(s) path=s readOnly=b secretFile=s "
      "secretRef=core.v1.LocalObjectReference user=s",
      "core.v1.CinderVolumeSource fsType=s readOnly=b secretRef=core.v1.LocalObjectReference volumeID=s",
      "core.v1.ClientIPConfig timeoutSeconds=n",
      "core.v1.ClusterTrustBundleProjection labelSelector=meta.v1.LabelSelector name=s optional=b path=s signerName=s",
      "core.v1.ConfigMap apiVersion=s binaryData=map(s) data=map(s) immutable=b kind=s metadata=meta.v1.ObjectMeta",
      "core.v1.ConfigMapEnvSource name=s optional=b",
      "core.v1.ConfigMapKeySelector! key=s name=s optional=b",
      "core.v1.ConfigMapNodeConfigSource kubeletConfigKey=s name=s namespace=s resourceVersion=s uid=s",
      "core.v1.ConfigMapProjection items=list(core.v1.KeyToPath) name=s optional=b",
      "core.v1.ConfigMapVolumeSource defaultMode=n items=list(core.v1.KeyToPath) name=s optional=b",
      "core.v1.Container args=list(s) command=list(s) env=list(core.v1.EnvVar;name) "
      "envFrom=list(core.v1.EnvFromSource) image=s imagePullPolicy=s lifecycle=core.v1.Lifecycle "
      "livenessProbe=core.v1.Probe name=s ports=list(core.v1.ContainerPort;containerPort,protocol) "
      "readinessProbe=core.v1.Probe resizePolicy=list(core.v1.ContainerResizePolicy) "
      "resources=core.v1.ResourceRequirements restartPolicy=s restartPolicyRules=list(core.v1.ContainerRestartRule) "
      "securityContext=core.v1.SecurityContext startupProbe=core.v1.Probe stdin=b stdinOnce=b terminationMessagePath=s "
      "terminationMessagePolicy=s tty=b volumeDevices=list(core.v1.VolumeDevice;devicePath) "
      "volumeMounts=list(core.v1.VolumeMount;mountPath) workingDir=s",
      "core.v1.ContainerExtendedResourceRequest containerName=s requestName=s resourceName=s",
      "core.v1.ContainerImage names=list(s) sizeBytes=n",
      "core.v1.ContainerPort containerPort=n hostIP=s hostPort=n name=s protocol=s",
      "core.v1.ContainerResizePolicy resourceName=s restartPolicy=s",
      "core.v1.ContainerRestartRule action=s exitCodes=core.v1.ContainerRestartRuleOnExitCodes",
      "core.v1.ContainerRestartRuleOnExitCodes operator=s values=set(n)",
      "core.v1.ContainerState running=core.v1.ContainerStateRunning terminated=core.v1.ContainerStateTerminated "
      "waiting=core.v1.ContainerStateWaiting",
      "core.v1.ContainerStateRunning startedAt=q",
      "core.v1.ContainerStateTerminated containerID=s exitCode=n finishedAt=q message=s reason=s signal=n startedAt=q",
      "core.v1.ContainerStateWaiting message=s reason=s",
      "core.v1.ContainerStatus allocatedResources=map(q) allocatedResourcesStatus=list(core.v1.ResourceStatus;name) "
      "containerID=s image=s imageID=s lastState=core.v1.ContainerState name=s ready=b "
      "resources=core.v1.ResourceRequirements restartCount=n started=b state=core.v1.ContainerState stopSignal=s "
      "user=core.v1.ContainerUser volumeMounts=list(core.v1.VolumeMountStatus;mountPath)",
      "core.v1.ContainerUser linux=core.v1.LinuxContainerUser",
      "core.v1.DaemonEndpoint Port=n",
      "core.v1.DownwardAPIProjection items=list(core.v1.DownwardAPIVolumeFile)",
      "core.v1.DownwardAPIVolumeFile fieldRef=core.v1.ObjectFieldSelector mode=n path=s "
      "resourceFieldRef=core.v1.ResourceFieldSelector",
      "core.v1.DownwardAPIVolumeSource defaultMode=n items=list(core.v1.DownwardAPIVolumeFile)",
      "core.v1.EmptyDirVolumeSource medium=s sizeLimit=q",
      "core.v1.EndpointAddress! hostname=s ip=s nodeName=s targetRef=core.v1.ObjectReference",
      "core.v1.EndpointPort! appProtocol=s name=s port=n protocol=s",
      "core.v1.EndpointSubset addresses=list(core.v1.EndpointAddress) notReadyAddresses=list(core.v1.EndpointAddress) "
      "ports=list(core.v1.EndpointPort)",
      "core.v1.Endpoints apiVersion=s kind=s metadata=meta.v1.ObjectMeta subsets=list(core.v1.EndpointSubset)",
      "core.v1.EnvFromSource configMapRef=core.v1.ConfigMapEnvSource prefix=s secretRef=core.v1.SecretEnvSource",
      "core.v1.EnvVar name=s value=s valueFrom=core.v1.EnvVarSource",
      "core.v1.EnvVarSource configMapKeyRef=core.v1.ConfigMapKeySelector fieldRef=core.v1.ObjectFieldSelector "
      "fileKeyRef=core.v1.FileKeySelector resourceFieldRef=core.v1.ResourceFieldSelector "
      "secretKeyRef=core.v1.SecretKeySelector",
      "core.v1.EphemeralContainer args=list(s) command=list(s) env=list(core.v1.EnvVar;name) "
      "envFrom=list(core.v1.EnvFromSource) image=s imagePullPolicy=s lifecycle=core.v1.Lifecycle "
      "livenessProbe=core.v1.Probe name=s ports=list(core.v1.ContainerPort;containerPort,protocol) "
      "readinessProbe=core.v1.Probe resizePolicy=list(core.v1.ContainerResizePolicy) "
      "resources=core.v1.ResourceRequirements restartPolicy=s restartPolicyRules=list(core.v1.ContainerRestartRule) "
      "securityContext=core.v1.SecurityContext startupProbe=core.v1.Probe stdin=b stdinOnce=b targetContainerName=s "
      "terminationMessagePath=s terminationMessagePolicy=s tty=b volumeDevices=list(core.v1.VolumeDevice;devicePath) "
      "volumeMounts=list(core.v1.VolumeMount;mountPath) workingDir=s",
      "core.v1.EphemeralVolumeSource volumeClaimTemplate=core.v1.PersistentVolumeClaimTemplate",
      "core.v1.Event action=s apiVersion=s count=n eventTime=q firstTimestamp=q involvedObject=core.v1.ObjectReference "
      "kind=s lastTimestamp=q message=s metadata=meta.v1.ObjectMeta reason=s related=core.v1.ObjectReference "
      "reportingComponent=s reportingInstance=s series=core.v1.EventSeries source=core.v1.EventSource type=s",
      "core.v1.EventSeries count=n lastObservedTime=q",
      "core.v1.EventSource component=s host=s",
      "core.v1.ExecAction command=list(s)",
      "core.v1.FCVolumeSource fsType=s lun=n readOnly=b targetWWNs=list(s) wwids=list(s)",
      "core.v1.FileKeySelector! key=s optional=b path=s volumeName=s",
      "core.v1.FlexVolumeSource driver=s fsType=s options=map(s) readOnly=b secretRef=core.v1.LocalObjectReference",
      "core.v1.FlockerVolumeSource datasetName=s datasetUUID=s",
      "core.v1.GCEPersistentDiskVolumeSource fsType=s partition=n pdName=s readOnly=b",
      "core.v1.GRPCAction port=n service=s",
      "core.v1.GitRepoVolumeSource directory=s repository=s revision=s",
      "core.v1.GlusterfsVolumeSource endpoints=s path=s readOnly=b",
      "core.v1.HTTPGetAction host=s httpHeaders=list(core.v1.HTTPHeader) path=s port=q scheme=s",
      "core.v1.HTTPHeader name=s value=s",
      "core.v1.HostAlias hostnames=list(s) ip=s",
      "core.v1.HostIP ip=s",
      "core.v1.HostPathVolumeSource path=s type=s",
      "core.v1.ISCSIVolumeSource chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s iscsiInterface=s "
      "lun=n portals=list(s) readOnly=b secretRef=core.v1.LocalObjectReference targetPortal=s",
      "core.v1.ImageVolumeSource pullPolicy=s reference=s",
      "core.v1.ImageVolumeStatus imageRef=s",
      "core.v1.KeyToPath key=s mode=n path=s",
      "core.v1.Lifecycle postStart=core.v1.LifecycleHandler preStop=core.v1.LifecycleHandler stopSignal=s",
      "core.v1.LifecycleHandler exec=core.v1.ExecAction httpGet=core.v1.HTTPGetAction sleep=core.v1.SleepAction "
      "tcpSocket=core.v1.TCPSocketAction",
      "core.v1.LinuxContainerUser gid=n supplementalGroups=list(n) uid=n",
      "core.v1.LoadBalancerIngress hostname=s ip=s ipMode=s ports=list(core.v1.PortStatus)",
      "core.v1.LoadBalancerStatus ingress=list(core.v1.LoadBalancerIngress)",
      "core.v1.LocalObjectReference! name=s",
      "core.v1.ModifyVolumeStatus status=s targetVolumeAttributesClassName=s",
      "core.v1.NFSVolumeSource path=s readOnly=b server=s",
      "core.v1.Namespace apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=core.v1.NamespaceSpec "
      "status=core.v1.NamespaceStatus",
      "core.v1.NamespaceCondition lastTransitionTime=q message=s reason=s status=s type=s",
      "core.v1.NamespaceSpec finalizers=list(s)",
      "core.v1.NamespaceStatus conditions=list(core.v1.NamespaceCondition;type) phase=s",
      "core.v1.Node apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=core.v1.NodeSpec status=core.v1.NodeStatus",
      "core.v1.NodeAddress address=s type=s",
      "core.v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution=list(core.v1.PreferredSchedulingTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution=core.v1.NodeSelector",
      "core.v1.NodeAllocatableResourceClaimStatus containers=set(s) resourceClaimName=s resources=map(q)",
      "core.v1.NodeCondition lastHeartbeatTime=q lastTransitionTime=q message=s reason=s status=s type=s",
      "core.v1.NodeConfigSource configMap=core.v1.ConfigMapNodeConfigSource",
      "core.v1.NodeConfigStatus active=core.v1.NodeConfigSource assigned=core.v1.NodeConfigSource error=s "
      "lastKnownGood=core.v1.NodeConfigSource",
      "core.v1.NodeDaemonEndpoints kubeletEndpoint=core.v1.DaemonEndpoint",
      "core.v1.NodeFeatures supplementalGroupsPolicy=b",
      "core.v1.NodeRuntimeHandler features=core.v1.NodeRuntimeHandlerFeatures name=s",
      "core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts=b userNamespaces=b",
      "core.v1.NodeSelector! nodeSelectorTerms=list(core.v1.NodeSelectorTerm)",
      "core.v1.NodeSelectorRequirement key=s operator=s values=list(s)",
      "core.v1.NodeSelectorTerm! matchExpressions=list(core.v1.NodeSelectorRequirement) "
      "matchFields=list(core.v1.NodeSelectorRequirement)",
      "core.v1.NodeSpec configSource=core.v1.NodeConfigSource externalID=s podCIDR=s podCIDRs=set(s) providerID=s "
      "taints=list(core.v1.Taint) unschedulable=b",
      "core.v1.NodeStatus addresses=list(core.v1.NodeAddress;type) allocatable=map(q) capacity=map(q) "
      "conditions=list(core.v1.NodeCondition;type) config=core.v1.NodeConfigStatus "
      "daemonEndpoints=core.v1.NodeDaemonEndpoints declaredFeatures=list(s) features=core.v1.NodeFeatures "
      "images=list(core.v1.ContainerImage) nodeInfo=core.v1.NodeSystemInfo phase=s "
      "runtimeHandlers=list(core.v1.NodeRuntimeHandler) volumesAttached=list(core.v1.AttachedVolume) "
      "volumesInUse=list(s)",
      "core.v1.NodeSwapStatus capacity=n",
      "core.v1.NodeSystemInfo architecture=s bootID=s containerRuntimeVersion=s kernelVersion=s kubeProxyVersion=s "
      "kubeletVersion=s machineID=s operatingSystem=s osImage=s swap=core.v1.NodeSwapStatus systemUUID=s",
      "core.v1.ObjectFieldSelector! apiVersion=s fieldPath=s",
      "core.v1.ObjectReference! apiVersion=s fieldPath=s kind=s name=s namespace=s resourceVersion=s uid=s",
      "core.v1.PersistentVolumeClaim apiVersion=s kind=s metadata=meta.v1.ObjectMeta "
      "spec=core.v1.PersistentVolumeClaimSpec status=core.v1.PersistentVolumeClaimStatus",
      "core.v1.PersistentVolumeClaimCondition lastProbeTime=q lastTransitionTime=q message=s reason=s status=s type=s",
      "core.v1.PersistentVolumeClaimSpec accessModes=list(s) dataSource=core.v1.TypedLocalObjectReference "
      "dataSourceRef=core.v1.TypedObjectReference resources=core.v1.VolumeResourceRequirements "
      "selector=meta.v1.LabelSelector storageClassName=s volumeAttributesClassName=s volumeMode=s volumeName=s",
      "core.v1.PersistentVolumeClaimStatus accessModes=list(s) allocatedResourceStatuses=map(s) "
      "allocatedResources=map(q) capacity=map(q) conditions=list(core.v1.PersistentVolumeClaimCondition;type) "
      "currentVolumeAttributesClassName=s modifyVolumeStatus=core.v1.ModifyVolumeStatus phase=s",
      "core.v1.PersistentVolumeClaimTemplate metadata=meta.v1.ObjectMeta spec=core.v1.PersistentVolumeClaimSpec",
      "core.v1.PersistentVolumeClaimVolumeSource claimName=s readOnly=b",
      "core.v1.PhotonPersistentDiskVolumeSource fsType=s pdID=s",
      "core.v1.Pod apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=core.v1.PodSpec status=core.v1.PodStatus",
      "core.v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution=list(core.v1.WeightedPodAffinityTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution=list(core.v1.PodAffinityTerm)",
      "core.v1.PodAffinityTerm labelSelector=meta.v1.LabelSelector matchLabelKeys=list(s) mismatchLabelKeys=list(s) "
      "namespaceSelector=meta.v1.LabelSelector namespaces=list(s) topologyKey=s",
      "core.v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution=list(core.v1.WeightedPodAffinityTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution=list(core.v1.PodAffinityTerm)",
      "core.v1.PodCertificateProjection certificateChainPath=s credentialBundlePath=s keyPath=s keyType=s "
      "maxExpirationSeconds=n signerName=s userAnnotations=map(s)",
      "core.v1.PodCondition lastProbeTime=q lastTransitionTime=q message=s observedGeneration=n reason=s status=s "
      "type=s",
      "core.v1.PodDNSConfig nameservers=list(s) options=list(core.v1.PodDNSConfigOption) searches=list(s)",
      "core.v1.PodDNSConfigOption name=s value=s",
      "core.v1.PodExtendedResourceClaimStatus requestMappings=list(core.v1.ContainerExtendedResourceRequest) "
      "resourceClaimName=s",
      "core.v1.PodIP ip=s",
      "core.v1.PodOS name=s",
      "core.v1.PodReadinessGate conditionType=s",
      "core.v1.PodResourceClaim name=s resourceClaimName=s resourceClaimTemplateName=s",
      "core.v1.PodResourceClaimStatus name=s resourceClaimName=s",
      "core.v1.PodSchedulingGate name=s",
      "core.v1.PodSchedulingGroup podGroupName=s",
      "core.v1.PodSecurityContext appArmorProfile=core.v1.AppArmorProfile fsGroup=n fsGroupChangePolicy=s runAsGroup=n "
      "runAsNonRoot=b runAsUser=n seLinuxChangePolicy=s seLinuxOptions=core.v1.SELinuxOptions "
      "seccompProfile=core.v1.SeccompProfile supplementalGroups=list(n) supplementalGroupsPolicy=s "
      "sysctls=list(core.v1.Sysctl) windowsOptions=core.v1.WindowsSecurityContextOptions",
      "core.v1.PodSpec activeDeadlineSeconds=n affinity=core.v1.Affinity automountServiceAccountToken=b "
      "containers=list(core.v1.Container;name) dnsConfig=core.v1.PodDNSConfig dnsPolicy=s enableServiceLinks=b "
      "ephemeralContainers=list(core.v1.EphemeralContainer;name) hostAliases=list(core.v1.HostAlias;ip) hostIPC=b "
      "hostNetwork=b hostPID=b hostUsers=b hostname=s hostnameOverride=s "
      "imagePullSecrets=list(core.v1.LocalObjectReference;name) initContainers=list(core.v1.Container;name) nodeName=s "
      "nodeSelector=atomic(s) os=core.v1.PodOS overhead=map(q) preemptionPolicy=s priority=n priorityClassName=s "
      "readinessGates=list(core.v1.PodReadinessGate) resourceClaims=list(core.v1.PodResourceClaim;name) "
      "resources=core.v1.ResourceRequirements restartPolicy=s runtimeClassName=s schedulerName=s "
      "schedulingGates=list(core.v1.PodSchedulingGate;name) schedulingGroup=core.v1.PodSchedulingGroup "
      "securityContext=core.v1.PodSecurityContext serviceAccount=s serviceAccountName=s setHostnameAsFQDN=b "
      "shareProcessNamespace=b subdomain=s terminationGracePeriodSeconds=n tolerations=list(core.v1.Toleration) "
      "topologySpreadConstraints=list(core.v1.TopologySpreadConstraint;topologyKey,whenUnsatisfiable) "
      "volumes=list(core.v1.Volume;name)",
      "core.v1.PodStatus allocatedResources=map(q) conditions=list(core.v1.PodCondition;type) "
      "containerStatuses=list(core.v1.ContainerStatus) ephemeralContainerStatuses=list(core.v1.ContainerStatus) "
      "extendedResourceClaimStatus=core.v1.PodExtendedResourceClaimStatus hostIP=s hostIPs=list(core.v1.HostIP) "
      "initContainerStatuses=list(core.v1.ContainerStatus) message=s "
      "nodeAllocatableResourceClaimStatuses=list(core.v1.NodeAllocatableResourceClaimStatus) nominatedNodeName=s "
      "observedGeneration=n phase=s podIP=s podIPs=list(core.v1.PodIP;ip) qosClass=s reason=s resize=s "
      "resourceClaimStatuses=list(core.v1.PodResourceClaimStatus;name) resources=core.v1.ResourceRequirements "
      "startTime=q",
      "core.v1.PodTemplateSpec metadata=meta.v1.ObjectMeta spec=core.v1.PodSpec",
      "core.v1.PortStatus error=s port=n protocol=s",
      "core.v1.PortworxVolumeSource fsType=s readOnly=b volumeID=s",
      "core.v1.PreferredSchedulingTerm preference=core.v1.NodeSelectorTerm weight=n",
      "core.v1.Probe exec=core.v1.ExecAction failureThreshold=n grpc=core.v1.GRPCAction httpGet=core.v1.HTTPGetAction "
      "initialDelaySeconds=n periodSeconds=n successThreshold=n tcpSocket=core.v1.TCPSocketAction "
      "terminationGracePeriodSeconds=n timeoutSeconds=n",
      "core.v1.ProjectedVolumeSource defaultMode=n sources=list(core.v1.VolumeProjection)",
      "core.v1.QuobyteVolumeSource group=s readOnly=b registry=s tenant=s user=s volume=s",
      "core.v1.RBDVolumeSource fsType=s image=s keyring=s monitors=list(s) pool=s readOnly=b "
      "secretRef=core.v1.LocalObjectReference user=s",
      "core.v1.ResourceClaim name=s request=s",
      "core.v1.ResourceFieldSelector! containerName=s divisor=q resource=s",
      "core.v1.ResourceHealth health=s message=s resourceID=s",
      "core.v1.ResourceRequirements claims=list(core.v1.ResourceClaim;name) limits=map(q) requests=map(q)",
      "core.v1.ResourceStatus name=s resources=list(core.v1.ResourceHealth;resourceID)",
      "core.v1.SELinuxOptions level=s role=s type=s user=s",
      "core.v1.ScaleIOVolumeSource fsType=s gateway=s protectionDomain=s readOnly=b "
      "secretRef=core.v1.LocalObjectReference sslEnabled=b storageMode=s storagePool=s system=s volumeName=s",
      "core.v1.SeccompProfile localhostProfile=s type=s",
      "core.v1.Secret apiVersion=s data=map(s) immutable=b kind=s metadata=meta.v1.ObjectMeta stringData=map(s) type=s",
      "core.v1.SecretEnvSource name=s optional=b",
      "core.v1.SecretKeySelector! key=s name=s optional=b",
      "core.v1.SecretProjection items=list(core.v1.KeyToPath) name=s optional=b",
      "core.v1.SecretVolumeSource defaultMode=n items=list(core.v1.KeyToPath) optional=b secretName=s",
      "core.v1.SecurityContext allowPrivilegeEscalation=b appArmorProfile=core.v1.AppArmorProfile "
      "capabilities=core.v1.Capabilities privileged=b procMount=s readOnlyRootFilesystem=b runAsGroup=n runAsNonRoot=b "
      "runAsUser=n seLinuxOptions=core.v1.SELinuxOptions seccompProfile=core.v1.SeccompProfile "
      "windowsOptions=core.v1.WindowsSecurityContextOptions",
      "core.v1.Service apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=core.v1.ServiceSpec "
      "status=core.v1.ServiceStatus",
      "core.v1.ServiceAccount apiVersion=s automountServiceAccountToken=b "
      "imagePullSecrets=list(core.v1.LocalObjectReference) kind=s metadata=meta.v1.ObjectMeta "
      "secrets=list(core.v1.ObjectReference;name)",
      "core.v1.ServiceAccountTokenProjection audience=s expirationSeconds=n path=s",
      "core.v1.ServicePort appProtocol=s name=s nodePort=n port=n protocol=s targetPort=q",
      "core.v1.ServiceSpec allocateLoadBalancerNodePorts=b clusterIP=s clusterIPs=list(s) externalIPs=list(s) "
      "externalName=s externalTrafficPolicy=s healthCheckNodePort=n internalTrafficPolicy=s ipFamilies=list(s) "
      "ipFamilyPolicy=s loadBalancerClass=s loadBalancerIP=s loadBalancerSourceRanges=list(s) "
      "ports=list(core.v1.ServicePort;port,protocol) publishNotReadyAddresses=b selector=atomic(s) sessionAffinity=s "
      "sessionAffinityConfig=core.v1.SessionAffinityConfig trafficDistribution=s type=s",
      "core.v1.ServiceStatus conditions=list(meta.v1.Condition;type) loadBalancer=core.v1.LoadBalancerStatus",
      "core.v1.SessionAffinityConfig clientIP=core.v1.ClientIPConfig",
      "core.v1.SleepAction seconds=n",
      "core.v1.StorageOSVolumeSource fsType=s readOnly=b secretRef=core.v1.LocalObjectReference volumeName=s "
      "volumeNamespace=s",
      "core.v1.Sysctl name=s value=s",
      "core.v1.TCPSocketAction host=s port=q",
      "core.v1.Taint effect=s key=s timeAdded=q value=s",
      "core.v1.Toleration effect=s key=s operator=s tolerationSeconds=n value=s",
      "core.v1.TopologySpreadConstraint labelSelector=meta.v1.LabelSelector matchLabelKeys=list(s) maxSkew=n "
      "minDomains=n nodeAffinityPolicy=s nodeTaintsPolicy=s topologyKey=s whenUnsatisfiable=s",
      "core.v1.TypedLocalObjectReference! apiGroup=s kind=s name=s",
      "core.v1.TypedObjectReference apiGroup=s kind=s name=s namespace=s",
      "core.v1.Volume awsElasticBlockStore=core.v1.AWSElasticBlockStoreVolumeSource "
      "azureDisk=core.v1.AzureDiskVolumeSource azureFile=core.v1.AzureFileVolumeSource "
      "cephfs=core.v1.CephFSVolumeSource cinder=core.v1.CinderVolumeSource configMap=core.v1.ConfigMapVolumeSource "
      "csi=core.v1.CSIVolumeSource downwardAPI=core.v1.DownwardAPIVolumeSource emptyDir=core.v1.EmptyDirVolumeSource "
      "ephemeral=core.v1.EphemeralVolumeSource fc=core.v1.FCVolumeSource flexVolume=core.v1.FlexVolumeSource "
      "flocker=core.v1.FlockerVolumeSource gcePersistentDisk=core.v1.GCEPersistentDiskVolumeSource "
      "gitRepo=core.v1.GitRepoVolumeSource glusterfs=core.v1.GlusterfsVolumeSource "
      "hostPath=core.v1.HostPathVolumeSource image=core.v1.ImageVolumeSource iscsi=core.v1.ISCSIVolumeSource name=s "
      "nfs=core.v1.NFSVolumeSource persistentVolumeClaim=core.v1.PersistentVolumeClaimVolumeSource "
      "photonPersistentDisk=core.v1.PhotonPersistentDiskVolumeSource portworxVolume=core.v1.PortworxVolumeSource "
      "projected=core.v1.ProjectedVolumeSource quobyte=core.v1.QuobyteVolumeSource rbd=core.v1.RBDVolumeSource "
      "scaleIO=core.v1.ScaleIOVolumeSource secret=core.v1.SecretVolumeSource storageos=core.v1.StorageOSVolumeSource "
      "vsphereVolume=core.v1.VsphereVirtualDiskVolumeSource",
      "core.v1.VolumeDevice devicePath=s name=s",
      "core.v1.VolumeMount mountPath=s mountPropagation=s name=s readOnly=b recursiveReadOnly=s subPath=s "
      "subPathExpr=s",
      "core.v1.VolumeMountStatus mountPath=s name=s readOnly=b recursiveReadOnly=s volumeStatus=core.v1.VolumeStatus",
      "core.v1.VolumeProjection clusterTrustBundle=core.v1.ClusterTrustBundleProjection "
      "configMap=core.v1.ConfigMapProjection downwardAPI=core.v1.DownwardAPIProjection "
      "podCertificate=core.v1.PodCertificateProjection secret=core.v1.SecretProjection "
      "serviceAccountToken=core.v1.ServiceAccountTokenProjection",
      "core.v1.VolumeResourceRequirements limits=map(q) requests=map(q)",
      "core.v1.VolumeStatus image=core.v1.ImageVolumeStatus",
      "core.v1.VsphereVirtualDiskVolumeSource fsType=s storagePolicyID=s storagePolicyName=s volumePath=s",
      "core.v1.WeightedPodAffinityTerm podAffinityTerm=core.v1.PodAffinityTerm weight=n",
      "core.v1.WindowsSecurityContextOptions gmsaCredentialSpec=s gmsaCredentialSpecName=s hostProcess=b "
      "runAsUserName=s",
      "discovery.v1.Endpoint addresses=set(s) conditions=discovery.v1.EndpointConditions deprecatedTopology=map(s) "
      "hints=discovery.v1.EndpointHints hostname=s nodeName=s targetRef=core.v1.ObjectReference zone=s",
      "discovery.v1.EndpointConditions ready=b serving=b terminating=b",
      "discovery.v1.EndpointHints forNodes=list(discovery.v1.ForNode) forZones=list(discovery.v1.ForZone)",
      "discovery.v1.EndpointPort! appProtocol=s name=s port=n protocol=s",
      "discovery.v1.EndpointSlice addressType=s apiVersion=s endpoints=list(discovery.v1.Endpoint) kind=s "
      "metadata=meta.v1.ObjectMeta ports=list(discovery.v1.EndpointPort)",
      "discovery.v1.ForNode name=s",
      "discovery.v1.ForZone name=s",
      "networking.v1.IPBlock cidr=s except=list(s)",
      "networking.v1.NetworkPolicy apiVersion=s kind=s metadata=meta.v1.ObjectMeta "
      "spec=networking.v1.NetworkPolicySpec",
      "networking.v1.NetworkPolicyEgressRule ports=list(networking.v1.NetworkPolicyPort) "
      "to=list(networking.v1.NetworkPolicyPeer)",
      "networking.v1.NetworkPolicyIngressRule from=list(networking.v1.NetworkPolicyPeer) "
      "ports=list(networking.v1.NetworkPolicyPort)",
      "networking.v1.NetworkPolicyPeer ipBlock=networking.v1.IPBlock namespaceSelector=meta.v1.LabelSelector "
      "podSelector=meta.v1.LabelSelector",
      "networking.v1.NetworkPolicyPort endPort=n port=q protocol=s",
      "networking.v1.NetworkPolicySpec egress=list(networking.v1.NetworkPolicyEgressRule) "
      "ingress=list(networking.v1.NetworkPolicyIngressRule) podSelector=meta.v1.LabelSelector policyTypes=list(s)",
      "rbac.v1.AggregationRule clusterRoleSelectors=list(meta.v1.LabelSelector)",
      "rbac.v1.ClusterRole aggregationRule=rbac.v1.AggregationRule apiVersion=s kind=s metadata=meta.v1.ObjectMeta "
      "rules=list(rbac.v1.PolicyRule)",
      "rbac.v1.ClusterRoleBinding apiVersion=s kind=s metadata=meta.v1.ObjectMeta roleRef=rbac.v1.RoleRef "
      "subjects=list(rbac.v1.Subject)",
      "rbac.v1.PolicyRule apiGroups=list(s) nonResourceURLs=list(s) resourceNames=list(s) resources=list(s) "
      "verbs=list(s)",
      "rbac.v1.Role apiVersion=s kind=s metadata=meta.v1.ObjectMeta rules=list(rbac.v1.PolicyRule)",
      "rbac.v1.RoleBinding apiVersion=s kind=s metadata=meta.v1.ObjectMeta roleRef=rbac.v1.RoleRef "
      "subjects=list(rbac.v1.Subject)",
      "rbac.v1.RoleRef! apiGroup=s kind=s name=s",
      "rbac.v1.Subject! apiGroup=s kind=s name=s namespace=s",
      "meta.v1.Condition lastTransitionTime=q message=s observedGeneration=n reason=s status=s type=s",
      "meta.v1.LabelSelector! matchExpressions=list(meta.v1.LabelSelectorRequirement) matchLabels=map(s)",
      "meta.v1.LabelSelectorRequirement key=s operator=s values=list(s)",
      "meta.v1.ManagedFieldsEntry apiVersion=s fieldsType=s fieldsV1=u manager=s operation=s subresource=s time=q",
      "meta.v1.ObjectMeta annotations=map(s) creationTimestamp=q deletionGracePeriodSeconds=n deletionTimestamp=q "
      "finalizers=set(s) generateName=s generation=n labels=map(s) managedFields=list(meta.v1.ManagedFieldsEntry) "
      "name=s namespace=s ownerReferences=list(meta.v1.OwnerReference;uid) resourceVersion=s selfLink=s uid=s",
      "meta.v1.OwnerReference! apiVersion=s blockOwnerDeletion=b controller=b kind=s name=s uid=s",
  };
  return lines;
}

}  // namespace straycat::cluster
