// Writes what Go's typed clients send: for each kind an object with every field set, as protobuf and as JSON, a line each.
//
//	cd tests/kubernetes/wire && go run . > ../../cluster/recordings/protobuf.jsonl
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var at = time.Date(2026, 11, 23, 13, 38, 42, 0, time.UTC)

// Whether specs of pods are filled, too: once is enough, and they are long.
var pods = false

// How deep in a schema: schemas hold schemas.
var depth = 0

// Every field; `zero`: pointers to zero values, and nothing else.
func fill(v reflect.Value, zero bool) {
	switch v.Interface().(type) {
	case corev1.PodSpec:
		if !pods {
			return
		}
	case metav1.Time:
		v.Set(reflect.ValueOf(metav1.Time{Time: at}))
		return
	case metav1.MicroTime:
		v.Set(reflect.ValueOf(metav1.MicroTime{Time: at.Add(123456 * time.Microsecond)}))
		return
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse("7Mi")))
		return
	case intstr.IntOrString:
		v.Set(reflect.ValueOf(intstr.FromString("25%")))
		return
	case runtime.RawExtension:
		v.Set(reflect.ValueOf(runtime.RawExtension{Raw: []byte(`{"spec":{"a":7}}`)}))
		return
	case apiextensionsv1.JSON:
		v.Set(reflect.ValueOf(apiextensionsv1.JSON{Raw: []byte(`{"a":[7,null]}`)}))
		return
	case apiextensionsv1.JSONSchemaProps:
		if depth > 0 {
			v.Set(reflect.ValueOf(apiextensionsv1.JSONSchemaProps{Type: "object"}))
			return
		}
		depth++
		defer func() { depth-- }()
	case metav1.FieldsV1:
		v.Set(reflect.ValueOf(metav1.FieldsV1{Raw: []byte(`{"f:a":{}}`)}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), zero)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			if v.Type().Field(i).Name != "TypeMeta" && v.Field(i).CanSet() {
				fill(v.Field(i), zero)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte{0, 255, 1})
			return
		}
		items := 1
		if v.Type().Elem().Kind() != reflect.Struct {
			items = 2
		}
		v.Set(reflect.MakeSlice(v.Type(), items, items))
		for i := range items {
			fill(v.Index(i), zero)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.SetString("key")
		fill(value, zero)
		v.SetMapIndex(key, value)
	case reflect.String:
		if !zero {
			v.SetString("text")
		}
	case reflect.Bool:
		v.SetBool(!zero)
	case reflect.Float64:
		if !zero {
			v.SetFloat(1.5)
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if !zero {
			v.SetInt(-7)
		}
	}
}

func main() {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, discoveryv1.AddToScheme,
		networkingv1.AddToScheme, rbacv1.AddToScheme, coordinationv1.AddToScheme, authorizationv1.AddToScheme, autoscalingv1.AddToScheme,
		admissionv1.AddToScheme, autoscalingv2.AddToScheme, policyv1.AddToScheme, schedulingv1.AddToScheme, storagev1.AddToScheme,
		certificatesv1.AddToScheme, flowcontrolv1.AddToScheme, nodev1.AddToScheme, resourcev1.AddToScheme, apiregistrationv1.AddToScheme,
		apiextensionsv1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	encoder := protobuf.NewSerializer(scheme, scheme)
	core, apps, batch := corev1.SchemeGroupVersion, appsv1.SchemeGroupVersion, batchv1.SchemeGroupVersion
	kinds := []schema.GroupVersionKind{}
	add := func(group schema.GroupVersion, names ...string) {
		for _, name := range names {
			kinds = append(kinds, group.WithKind(name))
		}
	}
	add(core, "ConfigMap", "Endpoints", "Event", "Namespace", "Node", "Pod", "Secret", "Service", "ServiceAccount")
	add(apps, "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
	add(batch, "CronJob", "Job")
	add(coordinationv1.SchemeGroupVersion, "Lease")
	add(discoveryv1.SchemeGroupVersion, "EndpointSlice")
	add(networkingv1.SchemeGroupVersion, "NetworkPolicy")
	add(rbacv1.SchemeGroupVersion, "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
	add(authorizationv1.SchemeGroupVersion, "SelfSubjectAccessReview")
	add(autoscalingv1.SchemeGroupVersion, "Scale")
	add(core, "DeleteOptions")
	add(core, "LimitRange", "PersistentVolume", "PersistentVolumeClaim", "PodTemplate", "ReplicationController", "ResourceQuota")
	add(apps, "ControllerRevision")
	add(autoscalingv2.SchemeGroupVersion, "HorizontalPodAutoscaler")
	add(policyv1.SchemeGroupVersion, "PodDisruptionBudget")
	add(networkingv1.SchemeGroupVersion, "Ingress", "IngressClass")
	add(storagev1.SchemeGroupVersion, "StorageClass")
	add(schedulingv1.SchemeGroupVersion, "PriorityClass")
	add(admissionv1.SchemeGroupVersion, "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
	add(apiregistrationv1.SchemeGroupVersion, "APIService")
	add(nodev1.SchemeGroupVersion, "RuntimeClass")
	add(networkingv1.SchemeGroupVersion, "ServiceCIDR", "IPAddress")
	add(storagev1.SchemeGroupVersion, "CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttachment", "VolumeAttributesClass")
	add(flowcontrolv1.SchemeGroupVersion, "FlowSchema", "PriorityLevelConfiguration")
	add(admissionv1.SchemeGroupVersion, "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
		"MutatingAdmissionPolicyBinding")
	add(certificatesv1.SchemeGroupVersion, "CertificateSigningRequest")
	add(resourcev1.SchemeGroupVersion, "DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice")
	add(apiextensionsv1.SchemeGroupVersion, "CustomResourceDefinition")
	for _, kind := range kinds {
		for _, zero := range []bool{false, true} {
			object, err := scheme.New(kind)
			if err != nil {
				panic(err)
			}
			pods = kind.Kind == "Pod"
			fill(reflect.ValueOf(object).Elem(), zero)
			object.GetObjectKind().SetGroupVersionKind(kind)
			var wire bytes.Buffer
			if err := encoder.Encode(object, &wire); err != nil {
				panic(err)
			}
			line, err := json.Marshal(map[string]any{"kind": kind.Kind, "zero": zero, "protobuf": wire.Bytes(), "json": object})
			if err != nil {
				panic(err)
			}
			fmt.Fprintln(os.Stdout, string(line))
		}
	}
}
