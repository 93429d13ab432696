// Command check reads the examples of a deployment and the dashboard as those for whom they
// are read them: Kustomize and the types of Kubernetes, Compose, Grafana's types, and
// Prometheus' parser of queries. It prints what is wrong.
//
//	go run -C server/guide/deploy/_check . FOLDER DASHBOARD
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	_ "github.com/grafana/grafana-foundation-sdk/go/prometheus" // its queries
	"github.com/prometheus/prometheus/promql/parser"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

func main() {
	wrong := 0
	for what, check := range map[string]func() error{
		"kustomization.yaml": func() error { return kubernetes(os.Args[1]) },
		"compose.yaml":       func() error { return compose(filepath.Join(os.Args[1], "compose.yaml")) },
		"the dashboard":      func() error { return grafana(os.Args[2]) },
	} {
		if err := check(); err != nil {
			fmt.Printf("%s: %v\n", what, err)
			wrong++
		}
	}
	os.Exit(min(wrong, 1))
}

// kubernetes reads each object as what its kind says, without members that it does not have,
// and looks whether what they name is there.
func kubernetes(folder string) error {
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	var pods []corev1.PodTemplateSpec
	var selectors []map[string]string
	configs := map[string]bool{}
	for _, r := range all.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return err
		}
		strictly := func(into any) {
			err = yaml.UnmarshalStrict(text, into)
		}
		switch kind := r.GetApiVersion() + "/" + r.GetKind(); kind {
		case "apps/v1/Deployment":
			var o appsv1.Deployment
			strictly(&o)
			pods, selectors = append(pods, o.Spec.Template), append(selectors, o.Spec.Selector.MatchLabels)
		case "apps/v1/StatefulSet":
			var o appsv1.StatefulSet
			strictly(&o)
			pods, selectors = append(pods, o.Spec.Template), append(selectors, o.Spec.Selector.MatchLabels)
		case "v1/Service":
			var o corev1.Service
			strictly(&o)
			selectors = append(selectors, o.Spec.Selector)
		case "v1/ConfigMap":
			strictly(new(corev1.ConfigMap))
			configs[r.GetName()] = true
		case "policy/v1/PodDisruptionBudget":
			var o policyv1.PodDisruptionBudget
			strictly(&o)
			selectors = append(selectors, o.Spec.Selector.MatchLabels)
		case "networking.k8s.io/v1/NetworkPolicy":
			var o networkingv1.NetworkPolicy
			strictly(&o)
			selectors = append(selectors, o.Spec.PodSelector.MatchLabels)
			for _, rule := range o.Spec.Ingress {
				for _, from := range rule.From {
					selectors = append(selectors, from.PodSelector.MatchLabels)
				}
			}
		default:
			return fmt.Errorf("%s %s: no type for it here", kind, r.GetName())
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err)
		}
	}
	for _, s := range selectors {
		if !slices.ContainsFunc(pods, func(p corev1.PodTemplateSpec) bool {
			return labels.SelectorFromSet(s).Matches(labels.Set(p.Labels))
		}) {
			return fmt.Errorf("no pod has the labels %v", s)
		}
	}
	for _, p := range pods {
		if err := pod(p.Spec, configs); err != nil {
			return fmt.Errorf("pods %v: %w", p.Labels, err)
		}
	}
	return nil
}

// pod looks whether a pod has the ports and volumes that it names, and can be stopped, asked
// and placed as it should.
func pod(p corev1.PodSpec, configs map[string]bool) error {
	if p.Affinity == nil || p.Affinity.PodAntiAffinity == nil {
		return errors.New("nothing keeps them apart")
	}
	for _, v := range p.Volumes {
		if v.ConfigMap != nil && !configs[v.ConfigMap.Name] {
			return fmt.Errorf("there is no ConfigMap %s", v.ConfigMap.Name)
		}
	}
	for _, c := range p.Containers {
		ports := map[string]bool{}
		for _, x := range c.Ports {
			ports[x.Name] = true
		}
		if c.ReadinessProbe == nil {
			return fmt.Errorf("%s has no readiness probe", c.Name)
		}
		for _, probe := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
			if probe != nil && !ports[probe.HTTPGet.Port.StrVal] {
				return fmt.Errorf("%s has no port %s", c.Name, probe.HTTPGet.Port.StrVal)
			}
		}
	}
	return nil
}

// compose reads the file as docker compose does.
func compose(file string) error {
	o, err := cli.NewProjectOptions([]string{file}, cli.WithEnv([]string{"GNLLVIZ_TOKEN=12345678"}))
	if err != nil {
		return err
	}
	_, err = o.LoadProject(context.Background())
	return err
}

// grafana reads the dashboard without members that dashboards do not have, and its queries.
func grafana(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	var d dashboard.Dashboard
	for _, err := range []error{d.UnmarshalJSONStrict(text), d.Validate()} {
		var list cog.BuildErrors // which is not nil where it is empty
		if err != nil && !(errors.As(err, &list) && len(list) == 0) {
			return err
		}
	}
	var queries struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &queries); err != nil {
		return err
	}
	for _, p := range queries.Panels {
		for _, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(q.Expr)
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(expr); err != nil {
				return fmt.Errorf("panel %q: %s: %w", p.Title, q.Expr, err)
			}
		}
	}
	return nil
}
