// The types that several kinds share, a line a type (a kind's own stand in its row):
//   NAME[!*] FIELD:NUMBER=TYPE ...       (! = the whole struct is one value for ownership; * = any other field may
//   stand
//                                        in it, too)
//   NUMBER: the field's in Kubernetes' protobuf messages; none: it is not there (kind, apiVersion)
//   TYPE: s string, y bytes, n number, b boolean (S, N, B: a pointer in Go, so that its zero value says something),
//         f a number that need not be whole, q quantity, t time, i number or string, u anything, NAME, list(T) replaced
//         whole, list(T;KEY,...) merged by keys, set(T), map(T), atomic(T) a map replaced whole o, l, w: a JSON schema
//         or true, or several schemas, or names
//   ~:NUMBER=NAME: the fields of NAME, which is a message of its own on the wire and none in JSON
// Taken from k8s.io/client-go v0.36.3 applyconfigurations/internal/internal.go, which is the schema that the API
// server's own field management uses, and k8s.io/api's generated.proto and types.go (Apache License 2.0).
#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<std::string_view>& shared_types() {
  static const std::vector<std::string_view> lines = {
      "admissionregistration.v1.MatchCondition expression:2=s name:1=s",
      "admissionregistration.v1.Rule apiGroups:1=list(s) apiVersions:2=list(s) resources:3=list(s) scope:4=S",
      "admissionregistration.v1.RuleWithOperations operations:1=list(s) ~:2=admissionregistration.v1.Rule",
      "admissionregistration.v1.ServiceReference name:2=s namespace:1=s path:3=S port:4=N",
      "admissionregistration.v1.WebhookClientConfig caBundle:2=y service:1=admissionregistration.v1.ServiceReference "
      "url:3=S",
      "admissionregistration.v1.ParamKind apiVersion:1=s kind:2=s",
      "admissionregistration.v1.MatchResources "
      "excludeResourceRules:4=list(admissionregistration.v1.NamedRuleWithOperations) matchPolicy:7=S "
      "namespaceSelector:1=meta.v1.LabelSelector objectSelector:2=meta.v1.LabelSelector "
      "resourceRules:3=list(admissionregistration.v1.NamedRuleWithOperations)",
      "admissionregistration.v1.Variable expression:2=s name:1=s",
      "admissionregistration.v1.NamedRuleWithOperations resourceNames:1=list(s) "
      "~:2=admissionregistration.v1.RuleWithOperations",
      "admissionregistration.v1.ParamRef name:1=s namespace:2=s parameterNotFoundAction:4=S "
      "selector:3=meta.v1.LabelSelector",
      "autoscaling.v1.CrossVersionObjectReference! apiVersion:3=s kind:1=s name:2=s",
      "autoscaling.v1.HorizontalPodAutoscaler apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
      "spec:2=autoscaling.v1.HorizontalPodAutoscalerSpec status:3=autoscaling.v1.HorizontalPodAutoscalerStatus",
      "autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas:3=n minReplicas:2=N "
      "scaleTargetRef:1=autoscaling.v1.CrossVersionObjectReference targetCPUUtilizationPercentage:4=N",
      "autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage:5=N currentReplicas:3=n "
      "desiredReplicas:4=n lastScaleTime:2=t observedGeneration:1=N",
      "events.v1.Event action:6=s apiVersion=s deprecatedCount:15=n deprecatedFirstTimestamp:13=t "
      "deprecatedLastTimestamp:14=t deprecatedSource:12=core.v1.EventSource eventTime:2=t kind=s "
      "metadata:1=meta.v1.ObjectMeta note:10=s reason:7=s regarding:8=core.v1.ObjectReference "
      "related:9=core.v1.ObjectReference reportingController:4=s reportingInstance:5=s series:3=events.v1.EventSeries "
      "type:11=s",
      "events.v1.EventSeries count:1=n lastObservedTime:2=t",
      "authorization.v1.NonResourceAttributes path:1=s verb:2=s",
      "authorization.v1.FieldSelectorAttributes rawSelector:1=s requirements:2=list(meta.v1.FieldSelectorRequirement)",
      "authorization.v1.LabelSelectorAttributes rawSelector:1=s requirements:2=list(meta.v1.LabelSelectorRequirement)",
      "authorization.v1.SubjectAccessReviewStatus allowed:1=b denied:4=b reason:2=s evaluationError:3=s",
      "meta.v1.ListMeta continue:3=s remainingItemCount:4=N resourceVersion:2=s selfLink:1=s",
      "meta.v1.FieldSelectorRequirement key:1=s operator:2=s values:3=list(s)",
      "authorization.v1.ResourceAttributes namespace:1=s verb:2=s group:3=s version:4=s resource:5=s subresource:6=s "
      "name:7=s fieldSelector:8=authorization.v1.FieldSelectorAttributes "
      "labelSelector:9=authorization.v1.LabelSelectorAttributes",
      "authorization.v1.SubjectAccessReview metadata:1=meta.v1.ObjectMeta "
      "spec:2=authorization.v1.SubjectAccessReviewSpec status:3=authorization.v1.SubjectAccessReviewStatus",
      "authorization.v1.LocalSubjectAccessReview metadata:1=meta.v1.ObjectMeta "
      "spec:2=authorization.v1.SubjectAccessReviewSpec status:3=authorization.v1.SubjectAccessReviewStatus",
      "authorization.v1.SubjectAccessReviewSpec resourceAttributes:1=authorization.v1.ResourceAttributes "
      "nonResourceAttributes:2=authorization.v1.NonResourceAttributes user:3=s groups:4=list(s) uid:6=s",
      "authorization.v1.SelfSubjectRulesReview metadata:1=meta.v1.ObjectMeta "
      "spec:2=authorization.v1.SelfSubjectRulesReviewSpec",
      "authorization.v1.SelfSubjectRulesReviewSpec namespace:1=s",
      "authentication.v1.SelfSubjectReview metadata:1=meta.v1.ObjectMeta",
      "authentication.v1.TokenReview metadata:1=meta.v1.ObjectMeta spec:2=authentication.v1.TokenReviewSpec",
      "authentication.v1.TokenReviewSpec token:1=s audiences:2=list(s)",
      "authentication.v1.TokenRequest metadata:1=meta.v1.ObjectMeta spec:2=authentication.v1.TokenRequestSpec",
      "authentication.v1.TokenRequestSpec audiences:1=list(s) expirationSeconds:4=N "
      "boundObjectRef:3=authentication.v1.BoundObjectReference",
      "authentication.v1.BoundObjectReference kind:1=s apiVersion:2=s name:3=s uid:4=s",
      "authorization.v1.SelfSubjectAccessReview metadata:1=meta.v1.ObjectMeta "
      "spec:2=authorization.v1.SelfSubjectAccessReviewSpec status:3=authorization.v1.SubjectAccessReviewStatus",
      "authorization.v1.SelfSubjectAccessReviewSpec resourceAttributes:1=authorization.v1.ResourceAttributes "
      "nonResourceAttributes:2=authorization.v1.NonResourceAttributes",
      "policy.v1.Eviction metadata:1=meta.v1.ObjectMeta deleteOptions:2=meta.v1.DeleteOptions",
      "autoscaling.v1.Scale metadata:1=meta.v1.ObjectMeta spec:2=autoscaling.v1.ScaleSpec "
      "status:3=autoscaling.v1.ScaleStatus",
      "autoscaling.v1.ScaleSpec replicas:1=n",
      "autoscaling.v1.ScaleStatus replicas:1=n selector:2=s",
      "custom.v1.Object* apiVersion=s kind=s metadata=meta.v1.ObjectMeta",
      "core.v1.AWSElasticBlockStoreVolumeSource fsType:2=s partition:3=n readOnly:4=b volumeID:1=s",
      "core.v1.Affinity nodeAffinity:1=core.v1.NodeAffinity podAffinity:2=core.v1.PodAffinity "
      "podAntiAffinity:3=core.v1.PodAntiAffinity",
      "core.v1.AppArmorProfile localhostProfile:2=S type:1=s",
      "core.v1.AzureDiskVolumeSource cachingMode:3=S diskName:1=s diskURI:2=s fsType:4=S kind:6=S readOnly:5=B",
      "core.v1.AzureFileVolumeSource readOnly:3=b secretName:1=s shareName:2=s",
      "core.v1.CSIVolumeSource driver:1=s fsType:3=S nodePublishSecretRef:5=core.v1.LocalObjectReference readOnly:2=B "
      "volumeAttributes:4=map(s)",
      "core.v1.Capabilities add:1=list(s) drop:2=list(s)",
      "core.v1.CephFSVolumeSource monitors:1=list(s) path:2=s readOnly:6=b secretFile:4=s "
      "secretRef:5=core.v1.LocalObjectReference user:3=s",
      "core.v1.CinderVolumeSource fsType:2=s readOnly:3=b secretRef:4=core.v1.LocalObjectReference volumeID:1=s",
      "core.v1.ClusterTrustBundleProjection labelSelector:3=meta.v1.LabelSelector name:1=S optional:5=B path:4=s "
      "signerName:2=S",
      "core.v1.ConfigMapEnvSource optional:2=B ~:1=core.v1.LocalObjectReference",
      "core.v1.ConfigMapKeySelector! key:2=s optional:3=B ~:1=core.v1.LocalObjectReference",
      "core.v1.ConfigMapProjection items:2=list(core.v1.KeyToPath) optional:4=B ~:1=core.v1.LocalObjectReference",
      "core.v1.ConfigMapVolumeSource defaultMode:3=N items:2=list(core.v1.KeyToPath) optional:4=B "
      "~:1=core.v1.LocalObjectReference",
      "core.v1.Container args:4=list(s) command:3=list(s) env:7=list(core.v1.EnvVar;name) "
      "envFrom:19=list(core.v1.EnvFromSource) image:2=s imagePullPolicy:14=s lifecycle:12=core.v1.Lifecycle "
      "livenessProbe:10=core.v1.Probe name:1=s ports:6=list(core.v1.ContainerPort;containerPort,protocol) "
      "readinessProbe:11=core.v1.Probe resizePolicy:23=list(core.v1.ContainerResizePolicy) "
      "resources:8=core.v1.ResourceRequirements restartPolicy:24=S "
      "restartPolicyRules:25=list(core.v1.ContainerRestartRule) securityContext:15=core.v1.SecurityContext "
      "startupProbe:22=core.v1.Probe stdin:16=b stdinOnce:17=b terminationMessagePath:13=s "
      "terminationMessagePolicy:20=s tty:18=b volumeDevices:21=list(core.v1.VolumeDevice;devicePath) "
      "volumeMounts:9=list(core.v1.VolumeMount;mountPath) workingDir:5=s",
      "core.v1.ContainerExtendedResourceRequest containerName:1=s requestName:3=s resourceName:2=s",
      "core.v1.ContainerPort containerPort:3=n hostIP:5=s hostPort:2=n name:1=s protocol:4=s",
      "core.v1.ContainerResizePolicy resourceName:1=s restartPolicy:2=s",
      "core.v1.ContainerRestartRule action:1=s exitCodes:2=core.v1.ContainerRestartRuleOnExitCodes",
      "core.v1.ContainerRestartRuleOnExitCodes operator:1=s values:2=set(n)",
      "core.v1.ContainerState running:2=core.v1.ContainerStateRunning terminated:3=core.v1.ContainerStateTerminated "
      "waiting:1=core.v1.ContainerStateWaiting",
      "core.v1.ContainerStateRunning startedAt:1=t",
      "core.v1.ContainerStateTerminated containerID:7=s exitCode:1=n finishedAt:6=t message:4=s reason:3=s signal:2=n "
      "startedAt:5=t",
      "core.v1.ContainerStateWaiting message:2=s reason:1=s",
      "core.v1.ContainerStatus allocatedResources:10=map(q) "
      "allocatedResourcesStatus:14=list(core.v1.ResourceStatus;name) containerID:8=s image:6=s imageID:7=s "
      "lastState:3=core.v1.ContainerState name:1=s ready:4=b resources:11=core.v1.ResourceRequirements "
      "restartCount:5=n started:9=B state:2=core.v1.ContainerState stopSignal:15=S user:13=core.v1.ContainerUser "
      "volumeMounts:12=list(core.v1.VolumeMountStatus;mountPath)",
      "core.v1.ContainerUser linux:1=core.v1.LinuxContainerUser",
      "core.v1.DownwardAPIProjection items:1=list(core.v1.DownwardAPIVolumeFile)",
      "core.v1.DownwardAPIVolumeFile fieldRef:2=core.v1.ObjectFieldSelector mode:4=N path:1=s "
      "resourceFieldRef:3=core.v1.ResourceFieldSelector",
      "core.v1.DownwardAPIVolumeSource defaultMode:2=N items:1=list(core.v1.DownwardAPIVolumeFile)",
      "core.v1.EmptyDirVolumeSource medium:1=s sizeLimit:2=q",
      "core.v1.EnvFromSource configMapRef:2=core.v1.ConfigMapEnvSource prefix:1=s secretRef:3=core.v1.SecretEnvSource",
      "core.v1.EnvVar name:1=s value:2=s valueFrom:3=core.v1.EnvVarSource",
      "core.v1.EnvVarSource configMapKeyRef:3=core.v1.ConfigMapKeySelector fieldRef:1=core.v1.ObjectFieldSelector "
      "fileKeyRef:5=core.v1.FileKeySelector resourceFieldRef:2=core.v1.ResourceFieldSelector "
      "secretKeyRef:4=core.v1.SecretKeySelector",
      "core.v1.EphemeralContainer targetContainerName:2=s ~:1=core.v1.EphemeralContainerCommon",
      "core.v1.EphemeralContainerCommon name:1=s image:2=s command:3=list(s) args:4=list(s) workingDir:5=s "
      "ports:6=list(core.v1.ContainerPort;containerPort,protocol) envFrom:19=list(core.v1.EnvFromSource) "
      "env:7=list(core.v1.EnvVar;name) resources:8=core.v1.ResourceRequirements "
      "resizePolicy:23=list(core.v1.ContainerResizePolicy) restartPolicy:24=S "
      "restartPolicyRules:25=list(core.v1.ContainerRestartRule) volumeMounts:9=list(core.v1.VolumeMount;mountPath) "
      "volumeDevices:21=list(core.v1.VolumeDevice;devicePath) livenessProbe:10=core.v1.Probe "
      "readinessProbe:11=core.v1.Probe startupProbe:22=core.v1.Probe lifecycle:12=core.v1.Lifecycle "
      "terminationMessagePath:13=s terminationMessagePolicy:20=s imagePullPolicy:14=s "
      "securityContext:15=core.v1.SecurityContext stdin:16=b stdinOnce:17=b tty:18=b",
      "core.v1.EphemeralVolumeSource volumeClaimTemplate:1=core.v1.PersistentVolumeClaimTemplate",
      "core.v1.ExecAction command:1=list(s)",
      "core.v1.FCVolumeSource fsType:3=s lun:2=N readOnly:4=b targetWWNs:1=list(s) wwids:5=list(s)",
      "core.v1.FileKeySelector! key:3=s optional:4=B path:2=s volumeName:1=s",
      "core.v1.FlexVolumeSource driver:1=s fsType:2=s options:5=map(s) readOnly:4=b "
      "secretRef:3=core.v1.LocalObjectReference",
      "core.v1.FlockerVolumeSource datasetName:1=s datasetUUID:2=s",
      "core.v1.GCEPersistentDiskVolumeSource fsType:2=s partition:3=n pdName:1=s readOnly:4=b",
      "core.v1.GRPCAction port:1=n service:2=S",
      "core.v1.GitRepoVolumeSource directory:3=s repository:1=s revision:2=s",
      "core.v1.GlusterfsVolumeSource endpoints:1=s path:2=s readOnly:3=b",
      "core.v1.HTTPGetAction host:3=s httpHeaders:5=list(core.v1.HTTPHeader) path:1=s port:2=i scheme:4=s",
      "core.v1.HTTPHeader name:1=s value:2=s",
      "core.v1.HostAlias hostnames:2=list(s) ip:1=s",
      "core.v1.HostIP ip:1=s",
      "core.v1.HostPathVolumeSource path:1=s type:2=S",
      "core.v1.ISCSIVolumeSource chapAuthDiscovery:8=b chapAuthSession:11=b fsType:5=s initiatorName:12=S iqn:2=s "
      "iscsiInterface:4=s lun:3=n portals:7=list(s) readOnly:6=b secretRef:10=core.v1.LocalObjectReference "
      "targetPortal:1=s",
      "core.v1.ImageVolumeSource pullPolicy:2=s reference:1=s",
      "core.v1.ImageVolumeStatus imageRef:1=s",
      "core.v1.KeyToPath key:1=s mode:3=N path:2=s",
      "core.v1.Lifecycle postStart:1=core.v1.LifecycleHandler preStop:2=core.v1.LifecycleHandler stopSignal:3=S",
      "core.v1.LifecycleHandler exec:1=core.v1.ExecAction httpGet:2=core.v1.HTTPGetAction sleep:4=core.v1.SleepAction "
      "tcpSocket:3=core.v1.TCPSocketAction",
      "core.v1.LinuxContainerUser gid:2=n supplementalGroups:3=list(n) uid:1=n",
      "core.v1.LocalObjectReference! name:1=s",
      "core.v1.ModifyVolumeStatus status:2=s targetVolumeAttributesClassName:1=s",
      "core.v1.NFSVolumeSource path:2=s readOnly:3=b server:1=s",
      "core.v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:2=list(core.v1.PreferredSchedulingTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution:1=core.v1.NodeSelector",
      "core.v1.NodeSelector! nodeSelectorTerms:1=list(core.v1.NodeSelectorTerm)",
      "core.v1.NodeSelectorRequirement key:1=s operator:2=s values:3=list(s)",
      "core.v1.NodeSelectorTerm! matchExpressions:1=list(core.v1.NodeSelectorRequirement) "
      "matchFields:2=list(core.v1.NodeSelectorRequirement)",
      "core.v1.ObjectFieldSelector! apiVersion:1=s fieldPath:2=s",
      "core.v1.ObjectReference! apiVersion:5=s fieldPath:7=s kind:1=s name:3=s namespace:2=s resourceVersion:6=s "
      "uid:4=s",
      "core.v1.PersistentVolumeClaim apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
      "spec:2=core.v1.PersistentVolumeClaimSpec status:3=core.v1.PersistentVolumeClaimStatus",
      "core.v1.PersistentVolumeClaimCondition lastProbeTime:3=t lastTransitionTime:4=t message:6=s reason:5=s "
      "status:2=s type:1=s",
      "core.v1.PersistentVolumeClaimSpec accessModes:1=list(s) dataSource:7=core.v1.TypedLocalObjectReference "
      "dataSourceRef:8=core.v1.TypedObjectReference resources:2=core.v1.VolumeResourceRequirements "
      "selector:4=meta.v1.LabelSelector storageClassName:5=S volumeAttributesClassName:9=S volumeMode:6=S "
      "volumeName:3=s",
      "core.v1.PersistentVolumeClaimStatus accessModes:2=list(s) allocatedResourceStatuses:7=map(s) "
      "allocatedResources:5=map(q) capacity:3=map(q) conditions:4=list(core.v1.PersistentVolumeClaimCondition;type) "
      "currentVolumeAttributesClassName:8=S modifyVolumeStatus:9=core.v1.ModifyVolumeStatus phase:1=s",
      "core.v1.PersistentVolumeClaimTemplate metadata:1=meta.v1.ObjectMeta spec:2=core.v1.PersistentVolumeClaimSpec",
      "core.v1.PersistentVolumeClaimVolumeSource claimName:1=s readOnly:2=b",
      "core.v1.PhotonPersistentDiskVolumeSource fsType:2=s pdID:1=s",
      "core.v1.Pod apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.PodSpec status:3=core.v1.PodStatus",
      "core.v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution:2=list(core.v1.WeightedPodAffinityTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution:1=list(core.v1.PodAffinityTerm)",
      "core.v1.PodAffinityTerm labelSelector:1=meta.v1.LabelSelector matchLabelKeys:5=list(s) "
      "mismatchLabelKeys:6=list(s) namespaceSelector:4=meta.v1.LabelSelector namespaces:2=list(s) topologyKey:3=s",
      "core.v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:2=list(core.v1.WeightedPodAffinityTerm) "
      "requiredDuringSchedulingIgnoredDuringExecution:1=list(core.v1.PodAffinityTerm)",
      "core.v1.PodCertificateProjection certificateChainPath:6=s credentialBundlePath:4=s keyPath:5=s keyType:2=s "
      "maxExpirationSeconds:3=N signerName:1=s userAnnotations:7=map(s)",
      "core.v1.PodCondition lastProbeTime:3=t lastTransitionTime:4=t message:6=s observedGeneration:7=n reason:5=s "
      "status:2=s type:1=s",
      "core.v1.PodDNSConfig nameservers:1=list(s) options:3=list(core.v1.PodDNSConfigOption) searches:2=list(s)",
      "core.v1.PodDNSConfigOption name:1=s value:2=S",
      "core.v1.PodExtendedResourceClaimStatus requestMappings:1=list(core.v1.ContainerExtendedResourceRequest) "
      "resourceClaimName:2=s",
      "core.v1.PodIP ip:1=s",
      "core.v1.PodOS name:1=s",
      "core.v1.PodReadinessGate conditionType:1=s",
      "core.v1.PodResourceClaim name:1=s resourceClaimName:3=S resourceClaimTemplateName:4=S",
      "core.v1.PodResourceClaimStatus name:1=s resourceClaimName:2=S",
      "core.v1.PodSchedulingGate name:1=s",
      "core.v1.PodSchedulingGroup podGroupName:1=S",
      "core.v1.PodSecurityContext appArmorProfile:11=core.v1.AppArmorProfile fsGroup:5=N fsGroupChangePolicy:9=S "
      "runAsGroup:6=N runAsNonRoot:3=B runAsUser:2=N seLinuxChangePolicy:13=S seLinuxOptions:1=core.v1.SELinuxOptions "
      "seccompProfile:10=core.v1.SeccompProfile supplementalGroups:4=list(n) supplementalGroupsPolicy:12=S "
      "sysctls:7=list(core.v1.Sysctl) windowsOptions:8=core.v1.WindowsSecurityContextOptions",
      "core.v1.PodSpec activeDeadlineSeconds:5=N affinity:18=core.v1.Affinity automountServiceAccountToken:21=B "
      "containers:2=list(core.v1.Container;name) dnsConfig:26=core.v1.PodDNSConfig dnsPolicy:6=s "
      "enableServiceLinks:30=B ephemeralContainers:34=list(core.v1.EphemeralContainer;name) "
      "hostAliases:23=list(core.v1.HostAlias;ip) hostIPC:13=b hostNetwork:11=b hostPID:12=b hostUsers:37=B "
      "hostname:16=s hostnameOverride:41=S imagePullSecrets:15=list(core.v1.LocalObjectReference;name) "
      "initContainers:20=list(core.v1.Container;name) nodeName:10=s nodeSelector:7=atomic(s) os:36=core.v1.PodOS "
      "overhead:32=map(q) preemptionPolicy:31=S priority:25=N priorityClassName:24=s "
      "readinessGates:28=list(core.v1.PodReadinessGate) resourceClaims:39=list(core.v1.PodResourceClaim;name) "
      "resources:40=core.v1.ResourceRequirements restartPolicy:3=s runtimeClassName:29=S schedulerName:19=s "
      "schedulingGates:38=list(core.v1.PodSchedulingGate;name) schedulingGroup:43=core.v1.PodSchedulingGroup "
      "securityContext:14=core.v1.PodSecurityContext serviceAccount:9=s serviceAccountName:8=s setHostnameAsFQDN:35=B "
      "shareProcessNamespace:27=B subdomain:17=s terminationGracePeriodSeconds:4=N "
      "tolerations:22=list(core.v1.Toleration) "
      "topologySpreadConstraints:33=list(core.v1.TopologySpreadConstraint;topologyKey,whenUnsatisfiable) "
      "volumes:1=list(core.v1.Volume;name)",
      "core.v1.PodStatus allocatedResources:19=map(q) conditions:2=list(core.v1.PodCondition;type) "
      "containerStatuses:8=list(core.v1.ContainerStatus) ephemeralContainerStatuses:13=list(core.v1.ContainerStatus) "
      "extendedResourceClaimStatus:18=core.v1.PodExtendedResourceClaimStatus hostIP:5=s "
      "hostIPs:16=list(core.v1.HostIP) initContainerStatuses:10=list(core.v1.ContainerStatus) message:3=s "
      "nodeAllocatableResourceClaimStatuses:21=list(core.v1.NodeAllocatableResourceClaimStatus) nominatedNodeName:11=s "
      "observedGeneration:17=n phase:1=s podIP:6=s podIPs:12=list(core.v1.PodIP;ip) qosClass:9=s reason:4=s "
      "resize:14=s resourceClaimStatuses:15=list(core.v1.PodResourceClaimStatus;name) "
      "resources:20=core.v1.ResourceRequirements startTime:7=t",
      "core.v1.PodTemplateSpec metadata:1=meta.v1.ObjectMeta spec:2=core.v1.PodSpec",
      "core.v1.PortworxVolumeSource fsType:2=s readOnly:3=b volumeID:1=s",
      "core.v1.PreferredSchedulingTerm preference:2=core.v1.NodeSelectorTerm weight:1=n",
      "core.v1.Probe failureThreshold:6=n initialDelaySeconds:2=n periodSeconds:4=n successThreshold:5=n "
      "terminationGracePeriodSeconds:7=N timeoutSeconds:3=n ~:1=core.v1.ProbeHandler",
      "core.v1.ProbeHandler exec:1=core.v1.ExecAction httpGet:2=core.v1.HTTPGetAction "
      "tcpSocket:3=core.v1.TCPSocketAction grpc:4=core.v1.GRPCAction",
      "core.v1.ProjectedVolumeSource defaultMode:2=N sources:1=list(core.v1.VolumeProjection)",
      "core.v1.QuobyteVolumeSource group:5=s readOnly:3=b registry:1=s tenant:6=s user:4=s volume:2=s",
      "core.v1.RBDVolumeSource fsType:3=s image:2=s keyring:6=s monitors:1=list(s) pool:4=s readOnly:8=b "
      "secretRef:7=core.v1.LocalObjectReference user:5=s",
      "core.v1.ResourceClaim name:1=s request:2=s",
      "core.v1.ResourceFieldSelector! containerName:1=s divisor:3=q resource:2=s",
      "core.v1.ResourceHealth health:2=s message:6=S resourceID:1=s",
      "core.v1.ResourceRequirements claims:3=list(core.v1.ResourceClaim;name) limits:1=map(q) requests:2=map(q)",
      "core.v1.ResourceStatus name:1=s resources:2=list(core.v1.ResourceHealth;resourceID)",
      "core.v1.SELinuxOptions level:4=s role:2=s type:3=s user:1=s",
      "core.v1.ScaleIOVolumeSource fsType:9=s gateway:1=s protectionDomain:5=s readOnly:10=b "
      "secretRef:3=core.v1.LocalObjectReference sslEnabled:4=b storageMode:7=s storagePool:6=s system:2=s "
      "volumeName:8=s",
      "core.v1.SeccompProfile localhostProfile:2=S type:1=s",
      "core.v1.SecretEnvSource optional:2=B ~:1=core.v1.LocalObjectReference",
      "core.v1.SecretKeySelector! key:2=s optional:3=B ~:1=core.v1.LocalObjectReference",
      "core.v1.SecretProjection items:2=list(core.v1.KeyToPath) optional:4=B ~:1=core.v1.LocalObjectReference",
      "core.v1.SecretVolumeSource defaultMode:3=N items:2=list(core.v1.KeyToPath) optional:4=B secretName:1=s",
      "core.v1.SecurityContext allowPrivilegeEscalation:7=B appArmorProfile:12=core.v1.AppArmorProfile "
      "capabilities:1=core.v1.Capabilities privileged:2=B procMount:9=S readOnlyRootFilesystem:6=B runAsGroup:8=N "
      "runAsNonRoot:5=B runAsUser:4=N seLinuxOptions:3=core.v1.SELinuxOptions seccompProfile:11=core.v1.SeccompProfile "
      "windowsOptions:10=core.v1.WindowsSecurityContextOptions",
      "core.v1.ServiceAccountTokenProjection audience:1=s expirationSeconds:2=N path:3=s",
      "core.v1.SleepAction seconds:1=n",
      "core.v1.StorageOSVolumeSource fsType:3=s readOnly:4=b secretRef:5=core.v1.LocalObjectReference volumeName:1=s "
      "volumeNamespace:2=s",
      "core.v1.Sysctl name:1=s value:2=s",
      "core.v1.TCPSocketAction host:2=s port:1=i",
      "core.v1.Toleration effect:4=s key:1=s operator:2=s tolerationSeconds:5=N value:3=s",
      "core.v1.TopologySpreadConstraint labelSelector:4=meta.v1.LabelSelector matchLabelKeys:8=list(s) maxSkew:1=n "
      "minDomains:5=N nodeAffinityPolicy:6=S nodeTaintsPolicy:7=S topologyKey:2=s whenUnsatisfiable:3=s",
      "core.v1.TypedLocalObjectReference! apiGroup:1=S kind:2=s name:3=s",
      "core.v1.TypedObjectReference apiGroup:1=S kind:2=s name:3=s namespace:4=S",
      "core.v1.Volume name:1=s ~:2=core.v1.VolumeSource",
      "core.v1.VolumeDevice devicePath:2=s name:1=s",
      "core.v1.VolumeMount mountPath:3=s mountPropagation:5=S name:1=s readOnly:2=b recursiveReadOnly:7=S subPath:4=s "
      "subPathExpr:6=s",
      "core.v1.VolumeMountStatus mountPath:2=s name:1=s readOnly:3=b recursiveReadOnly:4=S "
      "volumeStatus:5=core.v1.VolumeStatus",
      "core.v1.VolumeProjection clusterTrustBundle:5=core.v1.ClusterTrustBundleProjection "
      "configMap:3=core.v1.ConfigMapProjection downwardAPI:2=core.v1.DownwardAPIProjection "
      "podCertificate:6=core.v1.PodCertificateProjection secret:1=core.v1.SecretProjection "
      "serviceAccountToken:4=core.v1.ServiceAccountTokenProjection",
      "core.v1.VolumeResourceRequirements limits:1=map(q) requests:2=map(q)",
      "core.v1.VolumeSource hostPath:1=core.v1.HostPathVolumeSource emptyDir:2=core.v1.EmptyDirVolumeSource "
      "gcePersistentDisk:3=core.v1.GCEPersistentDiskVolumeSource "
      "awsElasticBlockStore:4=core.v1.AWSElasticBlockStoreVolumeSource gitRepo:5=core.v1.GitRepoVolumeSource "
      "secret:6=core.v1.SecretVolumeSource nfs:7=core.v1.NFSVolumeSource iscsi:8=core.v1.ISCSIVolumeSource "
      "glusterfs:9=core.v1.GlusterfsVolumeSource persistentVolumeClaim:10=core.v1.PersistentVolumeClaimVolumeSource "
      "rbd:11=core.v1.RBDVolumeSource flexVolume:12=core.v1.FlexVolumeSource cinder:13=core.v1.CinderVolumeSource "
      "cephfs:14=core.v1.CephFSVolumeSource flocker:15=core.v1.FlockerVolumeSource "
      "downwardAPI:16=core.v1.DownwardAPIVolumeSource fc:17=core.v1.FCVolumeSource "
      "azureFile:18=core.v1.AzureFileVolumeSource configMap:19=core.v1.ConfigMapVolumeSource "
      "vsphereVolume:20=core.v1.VsphereVirtualDiskVolumeSource quobyte:21=core.v1.QuobyteVolumeSource "
      "azureDisk:22=core.v1.AzureDiskVolumeSource photonPersistentDisk:23=core.v1.PhotonPersistentDiskVolumeSource "
      "projected:26=core.v1.ProjectedVolumeSource portworxVolume:24=core.v1.PortworxVolumeSource "
      "scaleIO:25=core.v1.ScaleIOVolumeSource storageos:27=core.v1.StorageOSVolumeSource "
      "csi:28=core.v1.CSIVolumeSource ephemeral:29=core.v1.EphemeralVolumeSource image:30=core.v1.ImageVolumeSource",
      "core.v1.VolumeStatus image:1=core.v1.ImageVolumeStatus",
      "core.v1.VsphereVirtualDiskVolumeSource fsType:2=s storagePolicyID:4=s storagePolicyName:3=s volumePath:1=s",
      "core.v1.WeightedPodAffinityTerm podAffinityTerm:2=core.v1.PodAffinityTerm weight:1=n",
      "core.v1.WindowsSecurityContextOptions gmsaCredentialSpec:2=S gmsaCredentialSpecName:1=S hostProcess:4=B "
      "runAsUserName:3=S",
      "meta.v1.Condition lastTransitionTime:4=t message:6=s observedGeneration:3=n reason:5=s status:2=s type:1=s",
      "meta.v1.DeleteOptions gracePeriodSeconds:1=N preconditions:2=meta.v1.Preconditions orphanDependents:3=B "
      "propagationPolicy:4=S dryRun:5=list(s) ignoreStoreReadErrorWithClusterBreakingPotential:6=B",
      "meta.v1.LabelSelector! matchExpressions:2=list(meta.v1.LabelSelectorRequirement) matchLabels:1=map(s)",
      "meta.v1.LabelSelectorRequirement key:1=s operator:2=s values:3=list(s)",
      "meta.v1.ManagedFieldsEntry apiVersion:3=s fieldsType:6=s fieldsV1:7=u manager:1=s operation:2=s subresource:8=s "
      "time:4=t",
      "meta.v1.ObjectMeta annotations:12=map(s) creationTimestamp:8=t deletionGracePeriodSeconds:10=N "
      "deletionTimestamp:9=t finalizers:14=set(s) generateName:2=s generation:7=n labels:11=map(s) "
      "managedFields:17=list(meta.v1.ManagedFieldsEntry) name:1=s namespace:3=s "
      "ownerReferences:13=list(meta.v1.OwnerReference;uid) resourceVersion:6=s selfLink:4=s uid:5=s",
      "meta.v1.OwnerReference! apiVersion:5=s blockOwnerDeletion:7=B controller:6=B kind:1=s name:3=s uid:4=s",
      "meta.v1.Preconditions uid:1=S resourceVersion:2=S",
      "resource.v1.DeviceSelector cel:1=resource.v1.CELDeviceSelector",
      "resource.v1.CELDeviceSelector expression:1=s",
      "resource.v1.DeviceConfiguration opaque:1=resource.v1.OpaqueDeviceConfiguration",
      "resource.v1.OpaqueDeviceConfiguration driver:1=s parameters:2=u",
      "resource.v1.ResourceClaimSpec devices:1=resource.v1.DeviceClaim",
      "resource.v1.DeviceClaim config:3=list(resource.v1.DeviceClaimConfiguration) "
      "constraints:2=list(resource.v1.DeviceConstraint) requests:1=list(resource.v1.DeviceRequest)",
      "resource.v1.DeviceRequest exactly:2=resource.v1.ExactDeviceRequest "
      "firstAvailable:3=list(resource.v1.DeviceSubRequest) name:1=s",
      "resource.v1.DeviceConstraint distinctAttribute:3=S matchAttribute:2=S requests:1=list(s)",
      "resource.v1.DeviceClaimConfiguration requests:1=list(s) ~:2=resource.v1.DeviceConfiguration",
      "resource.v1.ExactDeviceRequest adminAccess:5=B allocationMode:3=s "
      "capacity:7=resource.v1.CapacityRequirements count:4=n deviceClassName:1=s "
      "selectors:2=list(resource.v1.DeviceSelector) tolerations:6=list(resource.v1.DeviceToleration)",
      "resource.v1.DeviceSubRequest allocationMode:4=s capacity:7=resource.v1.CapacityRequirements count:5=n "
      "deviceClassName:2=s name:1=s selectors:3=list(resource.v1.DeviceSelector) "
      "tolerations:6=list(resource.v1.DeviceToleration)",
      "resource.v1.DeviceToleration effect:4=s key:1=s operator:2=s tolerationSeconds:5=N value:3=s",
      "resource.v1.CapacityRequirements requests:1=map(q)",
  };
  return lines;
}

}  // namespace straycat::cluster
