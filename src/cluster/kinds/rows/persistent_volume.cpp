#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

// pkg/apis/core/v1 SetDefaults_PersistentVolume. No volume controller works here: a volume stays as it was made.
void default_persistent_volume(json& object) {
  auto& spec = own_spec(object);
  set_default_value(spec, "persistentVolumeReclaimPolicy", "Retain");
  set_default(spec, "volumeMode", "Filesystem");
}

}  // namespace

KindRow persistent_volume_row() {
  return {
      .kind = "PersistentVolume",
      .has_status = true,
      .types = {"core.v1.PersistentVolume apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=core.v1.PersistentVolumeSpec status:3=core.v1.PersistentVolumeStatus",
                "core.v1.AzureFilePersistentVolumeSource readOnly:3=b secretName:1=s secretNamespace:4=S "
                "shareName:2=s",
                "core.v1.CSIPersistentVolumeSource controllerExpandSecretRef:9=core.v1.SecretReference "
                "controllerPublishSecretRef:6=core.v1.SecretReference driver:1=s fsType:4=s "
                "nodeExpandSecretRef:10=core.v1.SecretReference nodePublishSecretRef:8=core.v1.SecretReference "
                "nodeStageSecretRef:7=core.v1.SecretReference readOnly:3=b volumeAttributes:5=map(s) volumeHandle:2=s",
                "core.v1.CephFSPersistentVolumeSource monitors:1=list(s) path:2=s readOnly:6=b secretFile:4=s "
                "secretRef:5=core.v1.SecretReference user:3=s",
                "core.v1.CinderPersistentVolumeSource fsType:2=s readOnly:3=b secretRef:4=core.v1.SecretReference "
                "volumeID:1=s",
                "core.v1.FlexPersistentVolumeSource driver:1=s fsType:2=s options:5=map(s) readOnly:4=b "
                "secretRef:3=core.v1.SecretReference",
                "core.v1.GlusterfsPersistentVolumeSource endpoints:1=s endpointsNamespace:4=S path:2=s readOnly:3=b",
                "core.v1.ISCSIPersistentVolumeSource chapAuthDiscovery:8=b chapAuthSession:11=b fsType:5=s "
                "initiatorName:12=S iqn:2=s iscsiInterface:4=s lun:3=n portals:7=list(s) readOnly:6=b "
                "secretRef:10=core.v1.SecretReference targetPortal:1=s",
                "core.v1.LocalVolumeSource fsType:2=S path:1=s",
                "core.v1.PersistentVolumeSource awsElasticBlockStore:2=core.v1.AWSElasticBlockStoreVolumeSource "
                "azureDisk:16=core.v1.AzureDiskVolumeSource azureFile:13=core.v1.AzureFilePersistentVolumeSource "
                "cephfs:9=core.v1.CephFSPersistentVolumeSource cinder:8=core.v1.CinderPersistentVolumeSource "
                "csi:22=core.v1.CSIPersistentVolumeSource fc:10=core.v1.FCVolumeSource "
                "flexVolume:12=core.v1.FlexPersistentVolumeSource flocker:11=core.v1.FlockerVolumeSource "
                "gcePersistentDisk:1=core.v1.GCEPersistentDiskVolumeSource "
                "glusterfs:4=core.v1.GlusterfsPersistentVolumeSource hostPath:3=core.v1.HostPathVolumeSource "
                "iscsi:7=core.v1.ISCSIPersistentVolumeSource local:20=core.v1.LocalVolumeSource "
                "nfs:5=core.v1.NFSVolumeSource photonPersistentDisk:17=core.v1.PhotonPersistentDiskVolumeSource "
                "portworxVolume:18=core.v1.PortworxVolumeSource quobyte:15=core.v1.QuobyteVolumeSource "
                "rbd:6=core.v1.RBDPersistentVolumeSource scaleIO:19=core.v1.ScaleIOPersistentVolumeSource "
                "storageos:21=core.v1.StorageOSPersistentVolumeSource "
                "vsphereVolume:14=core.v1.VsphereVirtualDiskVolumeSource",
                "core.v1.PersistentVolumeSpec accessModes:3=list(s) capacity:1=map(q) "
                "claimRef:4=core.v1.ObjectReference mountOptions:7=list(s) nodeAffinity:9=core.v1.VolumeNodeAffinity "
                "persistentVolumeReclaimPolicy:5=s storageClassName:6=s volumeAttributesClassName:10=S volumeMode:8=S "
                "~:2=core.v1.PersistentVolumeSource",
                "core.v1.PersistentVolumeStatus lastPhaseTransitionTime:4=t message:2=s phase:1=s reason:3=s",
                "core.v1.RBDPersistentVolumeSource fsType:3=s image:2=s keyring:6=s monitors:1=list(s) pool:4=s "
                "readOnly:8=b secretRef:7=core.v1.SecretReference user:5=s",
                "core.v1.ScaleIOPersistentVolumeSource fsType:9=s gateway:1=s protectionDomain:5=s readOnly:10=b "
                "secretRef:3=core.v1.SecretReference sslEnabled:4=b storageMode:7=s storagePool:6=s system:2=s "
                "volumeName:8=s",
                "core.v1.SecretReference! name:1=s namespace:2=s",
                "core.v1.StorageOSPersistentVolumeSource fsType:3=s readOnly:4=b secretRef:5=core.v1.ObjectReference "
                "volumeName:1=s volumeNamespace:2=s",
                "core.v1.VolumeNodeAffinity required:1=core.v1.NodeSelector"},
      .default_object = default_persistent_volume,
      .complete = [](json& object) { set_default(object["status"], "phase", "Pending"); },
  };
}

}  // namespace straycat::cluster
