// client-go's shared informers on the streams that `scripts/bench watch` serves: Services and EndpointSlices, all of a
// namespace or, as straycat asks, those of one Service. Says on one line what it costs once it has seen the mark.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path")
	namespace := flag.String("namespace", "", "namespace")
	service := flag.String("service", "", "only this Service and its slices; empty = all")
	mark := flag.String("mark", "bench/mark", "annotation of the slice that ends the measurement")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	fail(err)
	client, err := kubernetes.NewForConfig(config)
	fail(err)
	choose := func(slices bool) informers.SharedInformerOption {
		return informers.WithTweakListOptions(func(options *metav1.ListOptions) {
			if *service == "" {
				return
			}
			if slices {
				options.LabelSelector = "kubernetes.io/service-name=" + *service
			} else {
				options.FieldSelector = "metadata.name=" + *service
			}
		})
	}
	in := informers.WithNamespace(*namespace)
	services := informers.NewSharedInformerFactoryWithOptions(client, 0, in, choose(false)).Core().V1().Services().Informer()
	slices := informers.NewSharedInformerFactoryWithOptions(client, 0, in, choose(true)).Discovery().V1().EndpointSlices().Informer()
	var events atomic.Int64
	over := make(chan struct{}, 1)
	see := func(object any) {
		events.Add(1)
		if slice, ok := object.(*discovery.EndpointSlice); ok && slice.Annotations[*mark] != "" {
			select {
			case over <- struct{}{}:
			default:
			}
		}
	}
	_, err = slices.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: see, UpdateFunc: func(_, object any) { see(object) }})
	fail(err)
	began := time.Now()
	stop := context.Background().Done()
	go services.Run(stop)
	go slices.Run(stop)
	if !cache.WaitForCacheSync(stop, services.HasSynced, slices.HasSynced) {
		fail(fmt.Errorf("no sync"))
	}
	synced := time.Since(began)
	fmt.Fprintln(os.Stderr, "synced")
	<-over
	var usage syscall.Rusage
	fail(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	text, err := os.ReadFile("/proc/self/status")
	fail(err)
	rss := 0
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmRSS:") {
			fmt.Sscanf(strings.TrimPrefix(line, "VmRSS:"), "%d", &rss)
		}
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	fail(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"syncedSeconds": synced.Seconds(), "cpuSeconds": cpu.Seconds(), "rssKiB": rss, "peakKiB": usage.Maxrss,
		"events": events.Load(), "services": len(services.GetStore().ListKeys()), "slices": len(slices.GetStore().ListKeys())}))
}
