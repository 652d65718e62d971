#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow volume_attachment_row() {
  return {
      .kind = "VolumeAttachment",
      .group = "storage.k8s.io",
      .version = "v1",
      .plural = "volumeattachments",
      .singular = "volumeattachment",
      .namespaced = false,
      .has_status = true,
      .types = {"storage.v1.VolumeAttachment apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=storage.v1.VolumeAttachmentSpec status:3=storage.v1.VolumeAttachmentStatus",
                "storage.v1.VolumeAttachmentSpec attacher:1=s nodeName:3=s "
                "source:2=storage.v1.VolumeAttachmentSource",
                "storage.v1.VolumeAttachmentStatus attachError:3=storage.v1.VolumeError attached:1=b "
                "attachmentMetadata:2=map(s) detachError:4=storage.v1.VolumeError",
                "storage.v1.VolumeAttachmentSource inlineVolumeSpec:2=core.v1.PersistentVolumeSpec "
                "persistentVolumeName:1=S",
                "storage.v1.VolumeError errorCode:3=N message:2=s time:1=t"},
  };
}

}  // namespace straycat::cluster
